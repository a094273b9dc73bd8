import { randomBytes } from 'node:crypto';

export interface TestRedis {
  url: string;
  /** Key prefix of this test file's own: files run side by side on one server. No ':' and no braces in it. */
  prefix: string;
}

/** The Redis server of the test run (started by test/support/global-setup.mjs) and a prefix nobody else uses. */
export function testRedis(): TestRedis {
  const url = process.env['STARLING_TEST_REDIS_URL'];
  if (!url) throw new Error('Tests need the Redis that test/support/global-setup.mjs starts.');
  return { url, prefix: `test-${randomBytes(6).toString('hex')}` };
}

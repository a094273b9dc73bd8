/** Where the queue lives, as a server's environment says it. */
export const backends = ['redis', 'postgres'] as const;
export type Backend = (typeof backends)[number];

/** `redisDatabase` keeps the installations of different test files apart on one Redis server. */
export function queueEnv(backend: Backend, redisDatabase: number): Record<string, string> {
  if (backend === 'postgres') return { ENABLE_REDIS: 'false' };
  const url = process.env['STARLING_TEST_REDIS_URL'];
  if (!url) throw new Error('Tests need the Redis that test/support/global-setup.mjs starts.');
  return { ENABLE_REDIS: 'true', REDIS_URL: `${url}/${redisDatabase}` };
}

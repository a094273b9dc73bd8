/** Where the queue lives, as a server's environment says it. */
export const backends = ['redis', 'postgres'] as const;
export type Backend = (typeof backends)[number];

/**
 * The installations of tests that may run at the same time, each with a database of its own on one Redis server, which has
 * sixteen: two that share one take each other's jobs, and do nothing with them.
 */
const installations = [
  'queues',
  'crash',
  'direct',
  'direct, another one',
  'contacts',
  'no worker',
  'restore',
  'by itself',
  'transport faults',
  'database faults',
  'disk faults',
] as const;
export type Installation = (typeof installations)[number];

export function queueEnv(backend: Backend, installation: Installation): Record<string, string> {
  if (backend === 'postgres') return { ENABLE_REDIS: 'false' };
  const url = process.env['STARLING_TEST_REDIS_URL'];
  if (!url) throw new Error('Tests need the Redis that test/support/global-setup.mjs starts.');
  return { ENABLE_REDIS: 'true', REDIS_URL: `${url}/${installations.indexOf(installation)}` };
}

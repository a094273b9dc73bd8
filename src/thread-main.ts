import type { ThreadOrder } from './threads/link.js';

/**
 * The entry of every thread. It has no imports of its own: the pool loads it with `require`, and modules that came that
 * way and by `import` would be there twice when TypeScript is run from its source.
 */
export default async function main(order: ThreadOrder): Promise<void> {
  const { doTask } = await import('./thread-tasks.js');
  return doTask(order);
}

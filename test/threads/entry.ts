import type { ThreadOrder } from '../../src/threads/link.js';

export default async function main(order: ThreadOrder): Promise<void> {
  const { doTask } = await import('./served.js');
  return doTask(order);
}

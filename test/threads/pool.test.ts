import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { threadId } from 'node:worker_threads';
import { createLogger } from '../../src/lib/logger.js';
import { ThreadPool } from '../../src/threads/pool.js';
import { ThreadDied } from '../../src/threads/thread-died.js';
import { threadArguments } from '../support/threads.js';
import { waitFor } from '../support/wait-for.js';
import { broken, endless, hungry, leaving, numbers, unknown } from './tasks.js';

const options = {
  entry: new URL('entry.ts', import.meta.url),
  maxThreads: 2,
  memoryMb: 32,
  execArgv: threadArguments,
  logger: createLogger('silent'),
};
let pool: ThreadPool;
beforeAll(() => {
  pool = new ThreadPool(options);
});
afterAll(() => pool.close());

it('a task runs in another thread, and its items come in order', async () => {
  const items = await all(pool.stream(numbers, { to: 50 }));
  expect(items.map(({ number }) => number)).toEqual(Array.from({ length: 50 }, (_, index) => index));
  expect(items.every((item) => item.threadId !== threadId)).toBe(true);
});

it('a thread computes no more than a few items ahead of what is used', async () => {
  const seen = new SharedArrayBuffer(4);
  const items = pool.stream(numbers, { to: 1_000, seen });
  await items.next();
  await waitFor(async () => Atomics.load(new Int32Array(seen), 0) >= 3);
  // Whoever does not take the items does not wait either: a whole task on another thread goes by meanwhile.
  await all(pool.stream(numbers, { to: 100 }));
  expect(Atomics.load(new Int32Array(seen), 0)).toBeLessThanOrEqual(4);
  await items.return();
});

it('leaving early ends the work', async () => {
  const seen = new SharedArrayBuffer(4);
  for await (const { number } of pool.stream(numbers, { to: 1_000_000, seen })) if (number === 5) break;
  expect(Atomics.load(new Int32Array(seen), 0)).toBeLessThan(12);
  expect(await all(pool.stream(numbers, { to: 2 }))).toHaveLength(2);
});

it('what a handler throws is thrown where the items are taken', async () => {
  await expect(all(pool.stream(broken, 'refusal'))).rejects.toMatchObject({
    name: 'DomainError',
    kind: 'invalid',
    code: 'too_long',
    errors: [{ path: 'file', message: 'is too long' }],
  });
  await expect(all(pool.stream(broken, 'mistake'))).rejects.toMatchObject({
    name: 'TypeError',
    message: 'a mistake',
    code: 'E_MISTAKE',
  });
  await expect(all(pool.stream(unknown, null))).rejects.toThrow('No thread knows the task unknown');
});

it('a thread without memory dies alone: other tasks go on, and later ones find a new thread', async () => {
  const neighbour = pool.stream(numbers, { to: 20 });
  await neighbour.next();
  const died = await all(pool.stream(hungry, null)).catch((error: unknown) => error);
  expect(died).toBeInstanceOf(ThreadDied);
  expect(died).toMatchObject({ task: 'hungry', reason: 'out_of_memory' });
  expect(await all(neighbour)).toHaveLength(19);
  expect(await all(pool.stream(numbers, { to: 3 }))).toHaveLength(3);
});

it('a thread that ends by itself is a death, too', async () => {
  await expect(all(pool.stream(leaving, null))).rejects.toMatchObject({
    name: 'ThreadDied',
    task: 'leaving',
    reason: 'crashed',
  });
});

it('a task that computes without end is stopped by its signal', async () => {
  const stop = new AbortController();
  const result = all(pool.stream(endless, null, { signal: stop.signal }));
  stop.abort(new Error('enough'));
  await expect(result).rejects.toThrow('enough');
  expect(await all(pool.stream(numbers, { to: 2 }))).toHaveLength(2);
  await expect(all(pool.stream(numbers, { to: 2 }, { signal: stop.signal }))).rejects.toThrow('enough');
});

it('a task that takes too long for one item counts as a death', async () => {
  const impatient = new ThreadPool({ ...options, stallMs: 100 });
  await expect(all(impatient.stream(endless, null))).rejects.toMatchObject({
    name: 'ThreadDied',
    task: 'endless',
    reason: 'stalled',
  });
  await impatient.close();
});

it.each([
  ['is not there', 'no-such-entry.ts', ''],
  ['breaks when it is loaded', 'broken-entry.mjs', 'a setting is missing'],
  ['takes no orders', 'empty-entry.mjs', 'No handler'],
])('threads whose entry %s could not start: no death of their work', async (_what, entry, reason) => {
  const other = new ThreadPool({ ...options, entry: new URL(entry, import.meta.url) });
  const failed = await all(other.stream(numbers, { to: 2 })).catch((error: unknown) => error);
  expect(failed).not.toBeInstanceOf(ThreadDied);
  expect(String(failed)).toContain('A thread could not start');
  expect(String(failed)).toContain(reason);
  await other.close();
  await expect(all(other.stream(numbers, { to: 2 }))).rejects.toThrow('are closed');
});

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const taken: Item[] = [];
  for await (const item of items) taken.push(item);
  return taken;
}

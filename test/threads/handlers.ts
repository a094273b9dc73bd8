import { threadId } from 'node:worker_threads';
import { invalid } from '../../src/lib/errors.js';

export async function* count({ to, seen }: { to: number; seen?: SharedArrayBuffer }) {
  const counter = seen && new Int32Array(seen);
  for (let number = 0; number < to; number += 1) {
    if (counter) Atomics.add(counter, 0, 1);
    yield { number, threadId };
  }
}

export async function* fail(how: 'refusal' | 'mistake'): AsyncGenerator<never> {
  yield how === 'refusal'
    ? await Promise.reject(invalid([{ path: 'file', message: 'is too long' }], 'too_long'))
    : await Promise.reject(Object.assign(new TypeError('a mistake'), { code: 'E_MISTAKE' }));
}

/** Gives one item and then takes memory without end. */
export async function* eat(): AsyncGenerator<number> {
  yield 1;
  const held: string[][] = [];
  for (;;) held.push(Array.from({ length: 10_000 }, (_, index) => `text ${held.length} ${index}`));
}

export async function* leave(): AsyncGenerator<never> {
  yield process.exit(3);
}

export async function* spin(): AsyncGenerator<number> {
  for (;;) if (Math.random() > 1) yield 1;
}

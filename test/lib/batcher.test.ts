import { describe, expect, it } from '@jest/globals';
import { Batcher } from '../../src/lib/batcher.js';

const options = { maxItems: 3, maxDelayMs: 1 };

describe('a batcher', () => {
  it('hands concurrent calls over together and gives each its own answer', async () => {
    const runs: number[][] = [];
    const batcher = new Batcher(async (items: number[]) => {
      runs.push(items);
      return items.map((item) => item * 10);
    }, options);
    expect(await Promise.all([1, 2, 3, 4].map((item) => batcher.add(item)))).toEqual([10, 20, 30, 40]);
    expect(runs).toEqual([[1, 2, 3], [4]]);
  });

  it('runs one batch at a time and lets the next one fill up meanwhile', async () => {
    const runs: number[][] = [];
    const release: (() => void)[] = [];
    const batcher = new Batcher(async (items: number[]) => {
      runs.push(items);
      await new Promise<void>((resolve) => release.push(resolve));
      return items;
    }, options);
    const first = [1, 2, 3].map((item) => batcher.add(item));
    const second = [4, 5].map((item) => batcher.add(item));
    expect(runs).toEqual([[1, 2, 3]]);
    release[0]?.();
    await Promise.all(first);
    while (release.length < 2) await new Promise((resolve) => setImmediate(resolve));
    release[1]?.();
    expect(await Promise.all(second)).toEqual([4, 5]);
    expect(runs).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  it('fails the calls of a run that threw, and only those', async () => {
    const batcher = new Batcher(async (items: number[]) => {
      if (items.includes(1)) throw new Error('lost');
      return items;
    }, options);
    const results = await Promise.allSettled([1, 2, 3, 4].map((item) => batcher.add(item)));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled']);
  });

  it('fails a run that returns fewer results than it was given items', async () => {
    const batcher = new Batcher(async (items: number[]) => items.slice(1), options);
    await expect(batcher.add(1)).rejects.toThrow('answered with 0');
  });
});

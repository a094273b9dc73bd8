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

  it('tells when nothing is under way and nothing waits', async () => {
    const told: string[] = [];
    await new Promise<void>((resolve) => {
      const onIdle = (): void => {
        told.push('idle');
        resolve();
      };
      const run = async (items: number[]): Promise<number[]> => {
        told.push(`run ${items.join()}`);
        if (items.includes(1)) void batcher.add(2);
        return items;
      };
      const batcher = new Batcher<number, number>(run, { maxItems: 10, maxDelayMs: 0, onIdle });
      void batcher.add(1);
    });
    expect(told).toEqual(['run 1', 'run 2', 'idle']);
  });

  it('fails the calls of the items that make a run throw, and only those', async () => {
    const runs: number[][] = [];
    const batcher = new Batcher(
      async (items: number[]) => {
        runs.push(items);
        if (items.some((item) => item % 5 === 3)) throw new Error('a bad item');
        return items.map((item) => item * 10);
      },
      { maxItems: 10, maxDelayMs: 1 },
    );
    const results = await Promise.allSettled([0, 1, 2, 3, 4, 5, 6, 7].map((item) => batcher.add(item)));
    expect(results).toMatchObject([
      ...[0, 10, 20].map((value) => ({ value })),
      { status: 'rejected', reason: { message: 'a bad item' } },
      ...[40, 50, 60, 70].map((value) => ({ value })),
    ]);
    // What has succeeded is not run again.
    expect(runs).toEqual([[0, 1, 2, 3, 4, 5, 6, 7], [0, 1, 2, 3], [0, 1], [2, 3], [2], [3], [4, 5, 6, 7]]);
  });

  it('fails all calls at once when what they need is away', async () => {
    let runs = 0;
    const batcher = new Batcher(async (): Promise<number[]> => {
      runs += 1;
      throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    }, options);
    const results = await Promise.allSettled([1, 2, 3].map((item) => batcher.add(item)));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(runs).toBe(1);
  });

  it('fails a run that returns fewer results than it was given items', async () => {
    const batcher = new Batcher(async (items: number[]) => items.slice(1), options);
    await expect(batcher.add(1)).rejects.toThrow('answered with 0');
  });
});

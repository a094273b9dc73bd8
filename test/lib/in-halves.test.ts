import { describe, expect, it } from '@jest/globals';
import { inHalves } from '../../src/lib/in-halves.js';

describe('work in halves', () => {
  it('runs once where nothing is wrong, and not at all for nothing', async () => {
    const runs: number[][] = [];
    const run = async (items: readonly number[]) => void runs.push([...items]);
    expect(await inHalves([1, 2, 3], run)).toEqual([]);
    expect(await inHalves([], run)).toEqual([]);
    expect(runs).toEqual([[1, 2, 3]]);
  });

  it('finds those that make it fail, and does the others once', async () => {
    const done: number[] = [];
    let runs = 0;
    const items = Array.from({ length: 1_000 }, (_, index) => index);
    const failed = await inHalves(items, async (some) => {
      runs += 1;
      if (some.includes(7) || some.includes(800)) throw new Error('broken');
      done.push(...some);
    });
    expect(failed.map(({ item }) => item)).toEqual([7, 800]);
    expect(done.toSorted((a, b) => a - b)).toEqual(items.filter((item) => item !== 7 && item !== 800));
    expect(runs).toBeLessThan(50);
  });

  it('stops where what it needs is away', async () => {
    const away = Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
    let runs = 0;
    const run = () => {
      runs += 1;
      return Promise.reject(away);
    };
    await expect(inHalves([1, 2, 3, 4], run)).rejects.toBe(away);
    expect(runs).toBe(1);
  });
});

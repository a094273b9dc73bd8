import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Batcher } from '../../src/lib/batcher.js';
import { RightOfWay } from '../../src/lib/right-of-way.js';
import { waitFor } from '../support/wait-for.js';

/** Work that notes when it begins, and ends when it is told to. */
function work(log: string[], name: string): { run: () => Promise<void>; end: () => void } {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return {
    run: () => {
      log.push(name);
      return ended;
    },
    end: () => end(),
  };
}

describe('the right of way', () => {
  it('changes nothing while nothing urgent comes', async () => {
    const way = new RightOfWay();
    const log: string[] = [];
    const [one, two] = [work(log, 'one'), work(log, 'two')];
    const both = [way.behind(one.run), way.behind(two.run)];
    expect(log).toEqual(['one', 'two']);
    expect(way.sizeOf(1_000)).toBe(1_000);
    one.end();
    two.end();
    await Promise.all(both);
  });

  it('lets urgent work go first, its next step at once, and then the others one by one', async () => {
    const way = new RightOfWay();
    const log: string[] = [];
    const [load, claim] = [work(log, 'load'), work(log, 'claim')];
    const [one, two] = [work(log, 'one'), work(log, 'two')];
    const urgent = way.urgently(load.run).then(() => way.urgently(claim.run));
    const others = [way.behind(one.run), way.behind(two.run)];
    expect(way.sizeOf(1_000)).toBeLessThan(1_000);
    expect(way.sizeOf(3)).toBe(3);
    load.end();
    await turn();
    expect(log).toEqual(['load', 'claim']);
    claim.end();
    await urgent;
    await waitFor(() => log.length === 3);
    await turn();
    expect(log).toEqual(['load', 'claim', 'one']);
    one.end();
    two.end();
    await Promise.all(others);
    expect(log).toEqual(['load', 'claim', 'one', 'two']);
  });

  it('lets others go on, piece by piece, however long urgent work takes', async () => {
    const way = new RightOfWay();
    const log: string[] = [];
    const endless = work(log, 'endless');
    const urgent = way.urgently(endless.run);
    const hangs = work(log, 'hangs');
    const hanging = way.behind(hangs.run);
    await way.behind(() => Promise.resolve(log.push('next')));
    expect(log).toEqual(['endless', 'hangs', 'next']);
    endless.end();
    hangs.end();
    await Promise.all([urgent, hanging]);
  });

  it('does not keep what an error has ended', async () => {
    const way = new RightOfWay();
    const failing = way.urgently(() => Promise.reject(new Error('no database')));
    const log: string[] = [];
    const other = way.behind(() => Promise.resolve(log.push('other')));
    await expect(failing).rejects.toThrow('no database');
    await other;
    expect(log).toEqual(['other']);
  });

  it('makes the batches of others small meanwhile', async () => {
    const way = new RightOfWay();
    const sizes: number[] = [];
    const batcher = new Batcher(
      async (items: number[]) => {
        sizes.push(items.length);
        return items;
      },
      { maxItems: 1_000, maxDelayMs: 1, givesWayTo: way },
    );
    const addAll = (): Promise<number[]> =>
      Promise.all(Array.from({ length: 150 }, (_, index) => batcher.add(index)));
    await addAll();
    expect(sizes.splice(0)).toEqual([150]);
    await way.urgently(() => Promise.resolve());
    await addAll();
    expect(sizes).toEqual([50, 50, 50]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { FairTurns } from '../../src/lib/fair-turns.js';
import { inTurns, yieldingWork } from '../../src/lib/yielding-work.js';
import { analyseAhead } from '../../src/modules/content/index.js';

/** Work that holds up everything else. */
function compute(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** Counts the turns of the event loop while it runs. */
function watchTurns() {
  const watch = { turn: 0, isOn: true };
  const count = (): void => {
    watch.turn += 1;
    if (watch.isOn) setImmediate(count);
  };
  setImmediate(count);
  return watch;
}

const most = (numbers: Iterable<number>) => Math.max(0, ...numbers);

function perTurn(turns: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const turn of turns) counts.set(turn, (counts.get(turn) ?? 0) + 1);
  return counts;
}

describe('turns of many computations', () => {
  it('of a tenant with expensive texts hold up those of another by one at a time', async () => {
    const turns = new FairTurns();
    const order: string[] = [];
    const render = (tenant: string) =>
      turns.run(tenant, () => {
        compute(2);
        order.push(tenant);
      });
    const many = Array.from({ length: 120 }, () => render('busy'));
    const few = ['other', 'third', 'other'].map(render);
    await Promise.all([...many, ...few]);
    expect(order).toHaveLength(123);
    const fewDone = order.lastIndexOf('other');
    expect(order.slice(0, fewDone).filter((tenant) => tenant === 'busy').length).toBeLessThan(40);
  });

  it('let the event loop go on between them, and go on at once where nothing waits', async () => {
    const turns = new FairTurns();
    expect(await turns.run('quiet', () => 'at once')).toBe('at once');
    const watch = watchTurns();
    const at: number[] = [];
    await Promise.all(
      Array.from({ length: 100 }, () =>
        turns.run('busy', () => {
          compute(2);
          at.push(watch.turn);
        }),
      ),
    );
    watch.isOn = false;
    // The stretch of a turn and one more computation, twice: what is asked for first runs at once.
    expect(most(perTurn(at).values())).toBeLessThanOrEqual(4);
  });

  it('of several requests stretch no turn of the event loop together', async () => {
    const watch = watchTurns();
    const at: number[] = [];
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        const work = yieldingWork(Infinity);
        for (let step = 0; step < 30; step += 1) {
          compute(2);
          at.push(watch.turn);
          await work.yieldIfDue();
        }
      }),
    );
    watch.isOn = false;
    const later = at.filter((turn) => turn > 0);
    expect(later.length).toBeGreaterThan(100);
    expect(most(perTurn(later).values())).toBeLessThanOrEqual(4);
  });

  it('fail alone', async () => {
    const turns = new FairTurns();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) =>
        turns.run('busy', () => {
          compute(3);
          if (index % 4 === 3) throw new Error('no text');
          return index;
        }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(3);
  });

  it('keep the order of the items', async () => {
    const doubled = await inTurns([1, 2, 3], (item) => {
      compute(6);
      return item * 2;
    });
    expect(doubled).toEqual([2, 4, 6]);
  });

  it('lie between the texts of a campaign', async () => {
    const text = (index: number) => `${'{{ a }}{% if b %}c{% endif %}'.repeat(90)}${index}`;
    const watch = watchTurns();
    await analyseAhead({ variants: Array.from({ length: 30 }, (_, index) => ({ template: text(index) })) });
    watch.isOn = false;
    expect(watch.turn).toBeGreaterThan(3);
  });
});

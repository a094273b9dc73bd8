import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { averagePause, randomPause } from '../../src/lib/pause.js';
import { seededRandom } from '../../src/lib/random.js';

const limits = fc
  .record({ minDelay: fc.nat(10_000), spread: fc.nat(10_000) })
  .map(({ minDelay, spread }) => ({ minDelay, maxDelay: minDelay + spread }));

describe('a random pause', () => {
  it('is a whole number of milliseconds within its limits, at both ends of chance too', () => {
    fc.assert(
      fc.property(limits, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (each, chance) => {
        const pause = randomPause(() => chance, each);
        expect(Number.isInteger(pause)).toBe(true);
        expect(pause).toBeGreaterThanOrEqual(each.minDelay);
        expect(pause).toBeLessThanOrEqual(each.maxDelay);
      }),
    );
    const tenth = { minDelay: 0, maxDelay: 9 };
    expect(randomPause(() => 0, tenth)).toBe(0);
    expect(randomPause(() => 1 - Number.EPSILON / 2, tenth)).toBe(9);
  });

  it('is more often short than long, and takes on average what plans count with', () => {
    const each = { minDelay: 2_000, maxDelay: 5_000 };
    const random = seededRandom(7);
    const pauses = Array.from({ length: 20_000 }, () => randomPause(random, each));
    const mean = pauses.reduce((sum, pause) => sum + pause, 0) / pauses.length;
    expect(Math.abs(mean - averagePause(each))).toBeLessThan(30);
    expect(averagePause(each)).toBe(3_000);
    const among = (from: number, to: number) =>
      pauses.filter((pause) => pause >= from && pause < to).length / pauses.length;
    expect(among(2_000, 3_000)).toBeCloseTo(5 / 9, 1);
    expect(among(4_000, 5_001)).toBeCloseTo(1 / 9, 1);
  });
});

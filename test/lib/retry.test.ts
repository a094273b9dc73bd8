import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../src/lib/random.js';
import { jitteredRest, retry } from '../../src/lib/retry.js';

const backoff = { baseMs: 1, maxMs: 2 };

/** Fails with these one after the other, then succeeds. */
function failingWith(...errors: unknown[]): (attempt: number) => Promise<string> {
  return async (attempt) => {
    if (attempt <= errors.length) throw errors[attempt - 1];
    return `done in attempt ${attempt}`;
  };
}

describe('retry', () => {
  it('tries again until the work succeeds, and tells of each failure before it rests', async () => {
    const seen: unknown[] = [];
    const work = failingWith(new Error('first'), new TypeError('second'), 'third');
    const result = retry(work, { backoff, onRetry: (error, attempt) => seen.push([attempt, error]) });
    await expect(result).resolves.toBe('done in attempt 4');
    expect(seen).toEqual([
      [1, new Error('first')],
      [2, new TypeError('second')],
      [3, 'third'],
    ]);
  });

  it('gives up with the last error after so many attempts', async () => {
    const seen: number[] = [];
    const work = failingWith(new Error('first'), new Error('second'), new Error('third'));
    const result = retry(work, { backoff, attempts: 2, onRetry: (_error, attempt) => seen.push(attempt) });
    await expect(result).rejects.toThrow('second');
    expect(seen).toEqual([1]);
  });

  it('gives up at once on what is not worth another attempt', async () => {
    const work = failingWith(new Error('busy'), new Error('refused'), new Error('busy'));
    const mayRetry = (error: unknown) => error instanceof Error && error.message === 'busy';
    await expect(retry(work, { backoff, mayRetry })).rejects.toThrow('refused');
  });

  it('rests longer after each failure, up to the longest rest', async () => {
    const starts: number[] = [];
    await retry(
      async (attempt) => {
        starts.push(performance.now());
        if (attempt < 5) throw new Error('not yet');
      },
      { backoff: { baseMs: 20, maxMs: 50 } },
    );
    const rests = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
    for (const [index, least] of [20, 40, 50, 50].entries()) {
      // Node's timers count whole milliseconds and may ring one early.
      expect(rests[index]).toBeGreaterThanOrEqual(least - 1);
    }
  });
});

describe('a rest with jitter', () => {
  it('is in the upper half of a back-off that doubles up to the longest', () => {
    const random = seededRandom(1);
    for (let doublings = 0; doublings < 60; doublings += 1) {
      const ceiling = Math.min(60_000, 1_000 * 2 ** doublings);
      const restMs = jitteredRest(doublings, { baseMs: 1_000, maxMs: 60_000 }, random);
      expect(restMs).toBeGreaterThanOrEqual(ceiling / 2);
      expect(restMs).toBeLessThanOrEqual(ceiling);
    }
  });
});

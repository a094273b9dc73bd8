import type { Random } from '../lib/random.js';

const LONGEST_BACKOFF_MS = 60_000;

/**
 * How long a job rests after its n-th failure in a row: `backoffMs`, doubled each time, at most a minute, half of
 * it random so that jobs which failed together do not come back together.
 */
export function retryDelayMs(failuresInARow: number, backoffMs: number, random: Random): number {
  const ceiling = Math.min(LONGEST_BACKOFF_MS, backoffMs * 2 ** Math.max(0, failuresInARow - 1));
  return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}

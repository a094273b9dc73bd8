import { jitteredRest } from '../lib/retry.js';
import type { Random } from '../lib/random.js';

const LONGEST_BACKOFF_MS = 60_000;

/**
 * How long a job rests after its n-th failure in a row: `backoffMs`, doubled each time, at most a minute, half of
 * it random so that jobs which failed together do not come back together.
 */
export function retryDelayMs(failuresInARow: number, backoffMs: number, random: Random): number {
  const backoff = { baseMs: backoffMs, maxMs: LONGEST_BACKOFF_MS };
  return jitteredRest(Math.max(0, failuresInARow - 1), backoff, random);
}

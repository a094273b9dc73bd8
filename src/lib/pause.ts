import type { Random } from './random.js';

/** The shortest and the longest pause, in milliseconds. */
export interface Delays {
  minDelay: number;
  maxDelay: number;
}

/**
 * A pause within the limits, in whole milliseconds. As with people, short ones are frequent and long ones rare: the
 * chance falls in a straight line from the shortest to the longest.
 */
export function randomPause(random: Random, { minDelay, maxDelay }: Delays): number {
  return minDelay + Math.floor((maxDelay - minDelay + 1) * (1 - Math.sqrt(1 - random())));
}

/** What many of them take each. */
export function averagePause({ minDelay, maxDelay }: Delays): number {
  return minDelay + (maxDelay - minDelay) / 3;
}

import type { Random } from '../../../lib/random.js';

/** A distribution of durations in milliseconds, told by three of its quantiles. */
export interface Latency {
  min: number;
  median: number;
  p95: number;
}

export function always(ms: number): Latency {
  return { min: ms, median: ms, p95: ms };
}

/** One draw: straight lines between the quantiles, and above p95 a tail as long as from the median to p95. */
export function sampleLatency(latency: Latency, random: Random): number {
  const drawn = random();
  const { min, median, p95 } = latency;
  if (drawn < 0.5) return min + (median - min) * (drawn / 0.5);
  if (drawn < 0.95) return median + (p95 - median) * ((drawn - 0.5) / 0.45);
  return p95 + (p95 - median) * ((drawn - 0.95) / 0.05);
}

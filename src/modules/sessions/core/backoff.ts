import type { Random } from '../../../lib/random.js';

/** Milliseconds. */
export interface Backoff {
  baseMs: number;
  maxMs: number;
}

/**
 * How long to rest before reconnecting after `failures` attempts in a row: doubling, capped, and anywhere in the upper
 * half of that, so that the sessions of a lost network do not all come back in the same moment.
 */
export function reconnectDelay(failures: number, backoff: Backoff, random: Random): number {
  const ceiling = Math.min(backoff.maxMs, backoff.baseMs * 2 ** Math.min(failures, 30));
  return Math.round(ceiling * (0.5 + random() / 2));
}

/** Failures in a row after a connection ended: one that was stable starts the count anew. */
export function failuresAfter(failures: number, connectedMs: number | undefined, stableMs: number): number {
  return connectedMs !== undefined && connectedMs >= stableMs ? 0 : failures + 1;
}

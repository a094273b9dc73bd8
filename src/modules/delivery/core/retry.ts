import { addMs, earlier, latest } from '../../../lib/clock.js';
import type { Random } from '../../../lib/random.js';

/** Claims of one part after which a limit of the recipient's side ends it. */
export const MAX_CLAIMS_PER_PART = 20;

const SPREAD_SHARE = 0.05;
/** How much earlier direct messages wake than campaigns when both wait for the same slot of a sender. */
const HEAD_START_MS = 30;
/** Time that a campaign of higher priority has to take a free sender before the others ask. */
const BEHIND_MS = 500;
const MIN_SPREAD_MS = 20;
const MAX_SPREAD_MS = 15_000;
/** A job that waits for hours looks again in between, because users raise quotas and add or resume senders. */
const LONGEST_REST_MS = 60_000;

/**
 * When a job that must wait until `at` runs again: a little later, in proportion to the wait, so that jobs waiting for
 * the same time do not all wake at once, and none before a direct message that waits for it too.
 */
export function wakeAt(at: Date, now: Date, random: Random): Date {
  const earliest = wakeFirst(at, now);
  const share = (earliest.getTime() - now.getTime()) * SPREAD_SHARE;
  const spread = Math.min(Math.max(share, MIN_SPREAD_MS), MAX_SPREAD_MS);
  return addMs(earliest, Math.round(Math.min(share, HEAD_START_MS) + random() * spread));
}

/** The same for a job of a preempted campaign: after the jobs of the others. */
export function wakeBehind(at: Date, now: Date, random: Random): Date {
  const others = wakeAt(at, now, () => 1);
  return addMs(wakeAt(others, others, random), BEHIND_MS);
}

/** When the job of a direct message that must wait until `at` runs again: at that very moment. */
export function wakeFirst(at: Date, now: Date): Date {
  return latest(now, earlier(at, addMs(now, LONGEST_REST_MS)));
}

/**
 * True when a recipient was tried often enough. Every claim (by the feeder and for a send) raises the epoch and every
 * sent part took one, so the difference counts the claims that came to nothing. Asked only when the recipient's side,
 * not a sender, refused.
 */
export function givesUp(claimEpoch: number, part: number): boolean {
  return claimEpoch - part >= MAX_CLAIMS_PER_PART;
}

import { averagePause, randomPause } from '../../../../lib/pause.js';
import { randomInt, type Random } from '../../../../lib/random.js';

/** The pace one sender keeps, in milliseconds between two of its messages. */
export interface Pace {
  minDelay: number;
  maxDelay: number;
  /** Messages every recipient gets. */
  parts: number;
  /** Milliseconds between two messages of the whole campaign, however many senders it has; absent without a ceiling. */
  slotMs?: number;
}

/** How far ahead messages are queued; a change of the pool takes effect after at most this long. */
const HORIZON_MS = 60_000;

/** Keeps at least this many recipients queued, so that a slow pace does not starve a sender between two feeds. */
const MIN_WINDOW = 20;

/**
 * Jobs run a little early on purpose: the reservation keeps the real pace, and a late job would leave a slot of the
 * sender unused.
 */
const EARLINESS = 0.75;

/** The time one sender spends on one recipient, on average. */
function averageStep(pace: Pace): number {
  return averagePause(pace) * pace.parts;
}

/**
 * How many recipients may be queued or sending at once: what the senders manage within the horizon, or what the ceiling
 * allows within it, at most `limit`.
 */
export function feedWindow(pace: Pace, senders: number, limit: number): number {
  const underCeiling = pace.slotMs ? Math.min(limit, recipientsUnderCeiling(pace, pace.slotMs)) : limit;
  return Math.min(windowOfSenders(pace, senders, limit), underCeiling);
}

/** At least two, so that another one is ready when one is slow. */
function recipientsUnderCeiling({ parts }: Pace, slotMs: number): number {
  return Math.max(Math.ceil(HORIZON_MS / (slotMs * parts)), 2);
}

function windowOfSenders(pace: Pace, senders: number, limit: number): number {
  const step = averageStep(pace);
  if (step === 0) return limit;
  const reachable = Math.ceil((Math.max(senders, 1) * HORIZON_MS) / step);
  return Math.min(limit, Math.max(reachable, MIN_WINDOW));
}

/**
 * Milliseconds from now until each of `count` recipients should be tried: assigned to the senders in turn, each sender
 * at random steps between its two delays, behind the `ahead` recipients that are queued already.
 */
export function staggeredDelays(
  pace: Pace,
  work: { count: number; ahead: number; senders: number },
  random: Random,
): number[] {
  const senders = Math.max(work.senders, 1);
  const behind = Math.floor(work.ahead / senders) * averageStep(pace) * EARLINESS;
  const next = Array.from({ length: Math.min(senders, work.count) }, () =>
    Math.round(behind + randomInt(random, 0, pace.minDelay)),
  );
  const slot = (pace.slotMs ?? 0) * pace.parts * EARLINESS;
  return Array.from({ length: work.count }, (_, index) => {
    const sender = index % next.length;
    const delay = next[sender] ?? 0;
    const step = randomPause(random, pace) * pace.parts;
    next[sender] = delay + Math.round(step * EARLINESS);
    return Math.max(delay, Math.round((work.ahead + index) * slot));
  });
}

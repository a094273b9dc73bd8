import { addMs, latest } from '../../../lib/clock.js';
import { randomInt, type Random } from '../../../lib/random.js';
import {
  giveBackToWindows,
  largestReservation,
  messagesLeft,
  quotaWaitEnd,
  takeFromWindows,
  type QuotaWindows,
} from './quota.js';

/** What a reservation needs to know of a connected, healthy, unpaused sender. */
export interface SenderSlot {
  id: string;
  windows: QuotaWindows;
  /** Microseconds since the epoch, 0 when never used: several uses within one millisecond keep their order. */
  lastUsedMicros: number;
  /** The next free slot: pace and used-up quota windows are folded into this one time. */
  nextAvailableAt: Date;
}

/** Milliseconds. */
export interface Pace {
  /** Typing and pauses between the parts: the sender is busy that long. */
  occupyMs: number;
  minDelay: number;
  maxDelay: number;
}

/**
 * How many of `wanted` messages this sender can take now: all or none. The one exception is a request larger than the
 * sender's smallest quota, which could never fit: it gets that whole quota, so that the rest can follow later.
 */
export function grantable(slot: SenderSlot, wanted: number, now: Date): number {
  if (slot.nextAvailableAt > now) return 0;
  const share = Math.min(wanted, largestReservation(slot.windows));
  return messagesLeft(slot.windows, now) >= share ? share : 0;
}

/** The earliest time at which `grantable` is not 0, as far as is known now. */
export function earliestSlot(slot: SenderSlot, wanted: number, now: Date): Date {
  const share = Math.min(wanted, largestReservation(slot.windows));
  const quotaEnd = quotaWaitEnd(slot.windows, share, now);
  return quotaEnd ? latest(slot.nextAvailableAt, quotaEnd) : slot.nextAvailableAt;
}

/** The sender after `messages` were reserved: counted in its windows, and its next slot moved. */
export function takeSlot(
  slot: SenderSlot,
  messages: number,
  pace: Pace,
  now: Date,
  usedMicros: number,
  random: Random,
): SenderSlot {
  const windows = takeFromWindows(slot.windows, messages, now);
  const paced = addMs(now, pace.occupyMs + randomInt(random, pace.minDelay, pace.maxDelay));
  return { ...slot, windows, lastUsedMicros: usedMicros, nextAvailableAt: foldQuota(windows, paced, now) };
}

/** The time `at`, or the end of a used-up window where that is later. */
function foldQuota(windows: QuotaWindows, at: Date, now: Date): Date {
  const quotaEnd = quotaWaitEnd(windows, 1, now);
  return quotaEnd ? latest(at, quotaEnd) : at;
}

/**
 * The next slot after the windows changed under it (lower or higher quotas, quota given back). A wait that was for a
 * used-up window ends early when the window has room again, but not before `earliest`; any other wait (pace, or a time
 * the network asked for) stays.
 */
export function refoldNextSlot(before: SenderSlot, windows: QuotaWindows, now: Date, earliest: Date): Date {
  const quotaEnd = quotaWaitEnd(before.windows, 1, now);
  const waitedForQuota = quotaEnd !== undefined && quotaEnd.getTime() === before.nextAvailableAt.getTime();
  const wait = waitedForQuota ? earliest : before.nextAvailableAt;
  return foldQuota(windows, wait, now);
}

/** A slot is given back at most this early: the pace of what was sent before is not known here any more. */
const PACE_AFTER_RELEASE_MS = 5_000;

/** The sender after a reservation of which `messages` were never handed over. */
export function giveBackSlot(slot: SenderSlot, messages: number, reservedAt: Date, now: Date): SenderSlot {
  const windows = giveBackToWindows(slot.windows, messages, reservedAt);
  const earliest = addMs(now, PACE_AFTER_RELEASE_MS);
  return { ...slot, windows, nextAvailableAt: refoldNextSlot(slot, windows, now, earliest) };
}

import { addMs, latest } from '../../../lib/clock.js';
import { randomPause } from '../../../lib/pause.js';
import type { Random } from '../../../lib/random.js';
import {
  giveBackToWindows,
  largestReservation,
  messagesLeft,
  quotaWaitEnd,
  takeFromWindows,
  type QuotaWindow,
  type QuotaWindows,
} from './quota.js';
import { giveBackToWarmUp, takeFromWarmUp, warmUpWindow, type WarmUp } from './warm-up.js';

/** What a reservation needs to know of a connected, healthy, unpaused sender. */
export interface SenderSlot {
  id: string;
  windows: QuotaWindows;
  /** Absent when there is no plan. */
  warmUp?: WarmUp;
  /** Microseconds since the epoch, 0 when never used: several uses within one millisecond keep their order. */
  lastUsedMicros: number;
  /** The next free slot: pace and used-up quota windows are folded into this one time. */
  nextAvailableAt: Date;
}

/** All that limits a sender at `now`: its three quotas, and the day of its warm-up plan. */
export function limitsAt({ windows, warmUp }: SenderSlot, now: Date): QuotaWindow[] {
  const quotas = [windows.minute, windows.hour, windows.day];
  const today = warmUp && warmUpWindow(warmUp, now);
  return today ? [...quotas, today] : quotas;
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
  const limits = limitsAt(slot, now);
  const share = Math.min(wanted, largestReservation(limits));
  return messagesLeft(limits, now) >= share ? share : 0;
}

/** The earliest time at which `grantable` is not 0, as far as is known now. */
export function earliestSlot(slot: SenderSlot, wanted: number, now: Date): Date {
  const limits = limitsAt(slot, now);
  const share = Math.min(wanted, largestReservation(limits));
  const quotaEnd = quotaWaitEnd(limits, share, now);
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
  const paced = addMs(now, pace.occupyMs + randomPause(random, pace));
  const taken: SenderSlot = {
    ...slot,
    windows: takeFromWindows(slot.windows, messages, now),
    ...(slot.warmUp && { warmUp: takeFromWarmUp(slot.warmUp, messages, now) }),
    lastUsedMicros: usedMicros,
  };
  return { ...taken, nextAvailableAt: foldQuota(taken, paced, now) };
}

/** The time `at`, or the end of a used-up window where that is later. */
function foldQuota(slot: SenderSlot, at: Date, now: Date): Date {
  const quotaEnd = quotaWaitEnd(limitsAt(slot, now), 1, now);
  return quotaEnd ? latest(at, quotaEnd) : at;
}

/**
 * The next slot after the windows changed (lower or higher quotas, another warm-up plan, quota given back). A wait that
 * was for a used-up window ends early when the window has room again, but not before `earliest`; any other wait (pace,
 * or a time the network asked for) stays.
 */
export function refoldNextSlot(before: SenderSlot, after: SenderSlot, now: Date, earliest: Date): Date {
  const quotaEnd = quotaWaitEnd(limitsAt(before, now), 1, now);
  const waitedForQuota = quotaEnd !== undefined && quotaEnd.getTime() === before.nextAvailableAt.getTime();
  const wait = waitedForQuota ? earliest : before.nextAvailableAt;
  return foldQuota(after, wait, now);
}

/** A slot is given back at most this early: the pace of what was sent before is not known here any more. */
const PACE_AFTER_RELEASE_MS = 5_000;

/** The sender after a reservation of which `messages` were never handed over. */
export function giveBackSlot(slot: SenderSlot, messages: number, reservedAt: Date, now: Date): SenderSlot {
  const earliest = addMs(now, PACE_AFTER_RELEASE_MS);
  const after: SenderSlot = {
    ...slot,
    windows: giveBackToWindows(slot.windows, messages, reservedAt),
    ...(slot.warmUp && { warmUp: giveBackToWarmUp(slot.warmUp, messages, reservedAt) }),
  };
  return { ...after, nextAvailableAt: refoldNextSlot(slot, after, now, earliest) };
}

import { addMs } from '../../../lib/clock.js';
import { averagePause } from '../../../lib/pause.js';
import { randomInt, type Random } from '../../../lib/random.js';
import { MAX_CONSECUTIVE_FAILURES, MIN_HEALTH_TO_SEND } from './health.js';
import { quotaWaitEnd } from './quota.js';
import { earliestSlot, limitsAt, type Pace, type SenderSlot } from './slot.js';

/** Why no sender could be reserved now. */
export type WaitReason =
  | 'pace'
  | 'quota_used_up'
  | 'no_sender_connected'
  | 'all_unhealthy'
  | 'all_paused'
  | 'no_sender_in_pool'
  | 'restricted'
  | 'sender_budget_used_up'
  | 'unsupported_type'
  | 'no_sender_for_identity'
  | 'no_reachable_identity';

export interface Wait {
  at: Date;
  reason: WaitReason;
}

/** A due sender that another worker holds right now comes free within milliseconds. */
const BUSY_ROW_MS = { min: 20, max: 80 };
/** No request is given a slot further than this behind the first: much may have changed by then. */
export const MAX_SPREAD_MS = 60_000;
/** Requests come a little early on purpose: a slot that no request takes in time is lost. */
const EARLINESS = 0.6;

export interface Line {
  /** Slots before then are promised to others. It counts while senders keep their pace, not at the end of a quota. */
  behind?: Date;
  /** Whether `senders` are only the first of a larger pool to be free; the others are expected to follow as densely. */
  isCut?: boolean;
}

/**
 * When each of `requests` waiting requests should ask again: the first at the first free slot, the others at the slots
 * expected after it, so that a thousand waiting jobs do not all wake for one slot. `end` is the slot behind the last.
 */
export function waitTimes(
  requests: readonly (Pace & { messages: number })[],
  senders: readonly SenderSlot[],
  now: Date,
  random: Random,
  { behind = now, isCut = false }: Line = {},
): { waits: Wait[]; end: Date } {
  const messages = requests[0]?.messages ?? 1;
  const due = senders.map((slot) => ({ slot, at: dueTime(slot, messages, now, random).getTime() }));
  const first = due.reduce(earliest);
  const span = isCut ? Math.max(...due.map(({ at }) => at)) - first.at : Infinity;
  const stepOf = (pace: Pace): number => Math.min((pace.occupyMs + averagePause(pace)) * EARLINESS, span);
  const from = waitReason(first.slot, messages, now) === 'pace' ? behind : now;
  const usual = requests[0] ? stepOf(requests[0]) : 0;
  const upcoming = due.map(({ slot, at }) => ({ slot, at: notBefore(from.getTime(), at, usual) }));
  const waits = requests.map((request) => {
    const taken = upcoming.reduce(earliest);
    const at = new Date(Math.min(taken.at, first.at + MAX_SPREAD_MS));
    taken.at += stepOf(request);
    return { at, reason: waitReason(taken.slot, request.messages, now) };
  });
  return { waits, end: new Date(upcoming.reduce(earliest).at) };
}

function earliest<Upcoming extends { at: number }>(a: Upcoming, b: Upcoming): Upcoming {
  return b.at < a.at ? b : a;
}

/** The first of `at`, `at + step`, `at + 2 * step` ... that is not before `from`. */
function notBefore(from: number, at: number, step: number): number {
  if (at >= from) return at;
  return step > 0 ? at + Math.ceil((from - at) / step) * step : from;
}

function dueTime(slot: SenderSlot, messages: number, now: Date, random: Random): Date {
  const at = earliestSlot(slot, messages, now);
  return at > now ? at : addMs(now, randomInt(random, BUSY_ROW_MS.min, BUSY_ROW_MS.max));
}

function waitReason(slot: SenderSlot, messages: number, now: Date): WaitReason {
  const quotaEnd = quotaWaitEnd(limitsAt(slot, now), messages, now);
  return quotaEnd && quotaEnd >= slot.nextAvailableAt ? 'quota_used_up' : 'pace';
}

/** How many senders of a pool are left after each condition, in the order in which the conditions are checked. */
export interface PoolCensus {
  total: number;
  /** Those that carry the type. */
  supported: number;
  /** Those that can write to the person as well. */
  addressing: number;
  connected: number;
  unpaused: number;
  healthy: number;
  /** Healthy ones that have something left of their budget for the campaign that asks. */
  unspent: number;
  /** Healthy ones may be barred from new conversations until then. */
  restrictedUntil: Date | null;
}

/** Why no sender of a pool could ever send as things stand. `no_reachable_identity` does not end by waiting. */
export function emptyPoolReason(census: PoolCensus): WaitReason {
  if (census.total === 0) return 'no_sender_in_pool';
  if (census.supported === 0) return 'unsupported_type';
  if (census.addressing === 0) return 'no_reachable_identity';
  if (census.connected === 0) return 'no_sender_connected';
  if (census.unpaused === 0) return 'all_paused';
  if (census.healthy === 0) return 'all_unhealthy';
  if (census.unspent === 0) return 'sender_budget_used_up';
  return 'restricted';
}

/**
 * What is said of people whom only some senders of the pool can write to, while these wait for `reason`: the others may well be
 * sending. The pause between two messages is no wait.
 */
export function reasonInPool(reason: WaitReason, { supported, addressing }: PoolCensus): WaitReason {
  const isOfSome = addressing > 0 && addressing < supported;
  return isOfSome && reason !== 'pace' ? 'no_sender_for_identity' : reason;
}

/** What one sender waits for before it can send again; undefined when it could send now. */
export function senderWaitReason(
  sender: { status: string; pausedAt: Date | null; healthScore: number; consecutiveFailures: number },
  slot: SenderSlot,
  now: Date,
): WaitReason | undefined {
  if (sender.status !== 'connected') return 'no_sender_connected';
  if (sender.pausedAt) return 'all_paused';
  if (sender.healthScore < MIN_HEALTH_TO_SEND || sender.consecutiveFailures >= MAX_CONSECUTIVE_FAILURES) {
    return 'all_unhealthy';
  }
  return earliestSlot(slot, 1, now) > now ? waitReason(slot, 1, now) : undefined;
}

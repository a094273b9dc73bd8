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
  | 'unsupported_type';

export interface Wait {
  at: Date;
  reason: WaitReason;
}

/** A due sender that another worker holds right now comes free within milliseconds. */
const BUSY_ROW_MS = { min: 20, max: 80 };
/** Later answers of one batch are spread over the coming slots, but not further than this behind the first. */
const MAX_SPREAD_MS = 30_000;

/**
 * When each of `requests` waiting requests should ask again: the first at the first free slot, the others at the slots
 * expected after it, so that a thousand waiting jobs do not all wake for one slot.
 */
export function waitTimes(
  requests: readonly (Pace & { messages: number })[],
  senders: readonly SenderSlot[],
  now: Date,
  random: Random,
): Wait[] {
  const upcoming = senders.map((slot) => ({
    slot,
    at: dueTime(slot, requests[0]?.messages ?? 1, now, random),
  }));
  const first = Math.min(...upcoming.map(({ at }) => at.getTime()));
  return requests.map((request) => {
    const next = upcoming.reduce((a, b) => (b.at < a.at ? b : a));
    const wait = { at: next.at, reason: waitReason(next.slot, request.messages, now) };
    const pause = request.occupyMs + averagePause(request);
    next.at = new Date(Math.min(next.at.getTime() + pause, first + MAX_SPREAD_MS));
    return wait;
  });
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
  supported: number;
  connected: number;
  unpaused: number;
  healthy: number;
  /** Healthy ones that have something left of their budget for the campaign that asks. */
  unspent: number;
  /** Healthy ones may be barred from new conversations until then. */
  restrictedUntil: Date | null;
}

/** Why a pool has nobody who could ever send as things stand. */
export function emptyPoolReason(census: PoolCensus): WaitReason {
  if (census.total === 0) return 'no_sender_in_pool';
  if (census.supported === 0) return 'unsupported_type';
  if (census.connected === 0) return 'no_sender_connected';
  if (census.unpaused === 0) return 'all_paused';
  if (census.healthy === 0) return 'all_unhealthy';
  if (census.unspent === 0) return 'sender_budget_used_up';
  return 'restricted';
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

import { addMs } from '../../../../lib/clock.js';
import type { Canary } from '../../campaign.entity.js';
import type { Counts } from '../../core/counts.js';

/**
 * What a campaign's canary allows. `send`: that many more recipients; `wait`: all of the first ones are done, and the
 * limits are judged later, or an operator has to continue where there is no such time; `pass`: the limits held;
 * `break`: they were exceeded.
 */
export type CanaryVerdict =
  | { kind: 'send'; room: number }
  | { kind: 'wait'; reachedAt: Date; until: Date | null }
  | { kind: 'pass' }
  | { kind: 'break'; failedPercent: number; optedOutPercent: number };

const MINUTE_MS = 60_000;

/** Limits that are exceeded already break the canary at once, because failures and opt-outs only grow. */
export function judgeCanary(canary: Canary | null, counts: Counts, now: Date): CanaryVerdict {
  if (!canary || canary.passedAt !== undefined) return { kind: 'send', room: Infinity };
  const { pending, queued, sending } = counts;
  const begun = begunOf(counts);
  const limits = canary.broken ? undefined : canary.continueWhen;
  if (limits) {
    const first = Math.max(begun, canary.recipients);
    const failedPercent = percent(counts.failed, first);
    const optedOutPercent = percent(counts.opted_out, first);
    if (failedPercent > limits.maxFailedPercent || optedOutPercent > limits.maxOptedOutPercent) {
      return { kind: 'break', failedPercent, optedOutPercent };
    }
  }
  const room = canary.recipients - begun;
  if (room > 0 || pending === 0 || queued + sending > 0) return { kind: 'send', room: Math.max(room, 0) };
  const reachedAt = canary.reachedAt === undefined ? now : new Date(canary.reachedAt);
  if (!limits) return { kind: 'wait', reachedAt, until: null };
  const until = addMs(reachedAt, limits.afterMinutes * MINUTE_MS);
  return now >= until ? { kind: 'pass' } : { kind: 'wait', reachedAt, until };
}

/** Recipients that count for a canary. A skipped one got nothing, so another one takes its place. */
export function begunOf(counts: Counts): number {
  return recipientsIn(counts) - counts.pending - counts.skipped;
}

/** A share of the audience becomes a number once its size is known; at least one recipient goes first. */
export function sizedCanary(canary: Canary | null, recipients: number): Canary | null {
  if (canary?.percent === undefined) return canary;
  return { ...canary, recipients: Math.max(1, Math.ceil((recipients * canary.percent) / 100)) };
}

/** The canary as requested, without its results: for another run, a copy, a retry. */
export function freshCanary({ recipients, percent: share, continueWhen }: Canary): Canary {
  return {
    recipients,
    ...(share !== undefined && { percent: share }),
    ...(continueWhen && { continueWhen }),
  };
}

export const canaryStates = ['sending', 'waiting', 'passed', 'broken'] as const;
export type CanaryState = (typeof canaryStates)[number];

export function canaryState({ passedAt, broken, reachedAt }: Canary): CanaryState {
  if (passedAt !== undefined) return 'passed';
  if (broken) return 'broken';
  return reachedAt === undefined ? 'sending' : 'waiting';
}

/** Every recipient is in exactly one state; replies and opt-outs are counted besides, and the excluded are none. */
function recipientsIn(counts: Counts): number {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return all - counts.replied - counts.opted_out - counts.excluded;
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : (part * 100) / whole;
}

import { DAY_MS, HOUR_MS, leftIn, MINUTE_MS, windowAt, type QuotaWindow } from './core/quota.js';
import type { SenderSlot } from './core/slot.js';
import { warmUpDay, warmUpEnd, warmUpWindow, type WarmUp } from './core/warm-up.js';
import { senderWaitReason, type WaitReason } from './core/waiting.js';
import type { Sender, SenderStatus } from './sender.entity.js';
import type { SenderTotals } from './totals.repository.js';
import type { SenderWithSlot } from './sender.repository.js';

export interface SenderStats {
  /** Reserved in the quota windows under way; `total` counts what was sent since the sender was created. */
  sent: { minute: number; hour: number; day: number; total: number };
  quota: { minuteLeft: number; hourLeft: number; dayLeft: number; answersLeft: number };
  failed: number;
  healthScore: number;
  consecutiveFailures: number;
  status: SenderStatus | 'paused';
  nextAvailableAt: Date;
  restrictedUntil: Date | null;
  /** What keeps it from sending now. */
  waitReason: WaitReason | null;
  /** Absent without a plan, and when it is over. */
  warmUp?: WarmUpStats;
}

/** Where a sender stands in its warm-up plan. */
export interface WarmUpStats {
  /** From 1. */
  day: number;
  days: number;
  quotaToday: number;
  leftToday: number;
  /** Absent before the first message, which begins the plan. */
  endsAt: Date | undefined;
}

/** The status people see: a pause shows unless the account is gone for good, which is worse news. */
export function presentedStatus(sender: Pick<Sender, 'status' | 'pausedAt'>): SenderStatus | 'paused' {
  if (sender.status === 'logged_out' || sender.status === 'banned') return sender.status;
  return sender.pausedAt ? 'paused' : sender.status;
}

export function senderStats(sender: SenderWithSlot, totals: SenderTotals, now: Date): SenderStats {
  const slot = slotOf(sender);
  const warmUp = slot.warmUp && warmUpStats(slot.warmUp, now);
  const { minute, hour, day } = slot.windows;
  const used = (window: QuotaWindow): number => windowAt(window, now).used;
  return {
    sent: { minute: used(minute), hour: used(hour), day: used(day), total: totals.sent },
    quota: {
      minuteLeft: leftIn(minute, now),
      hourLeft: leftIn(hour, now),
      dayLeft: leftIn(day, now),
      answersLeft: leftIn(answersOf(sender), now),
    },
    failed: totals.failed,
    healthScore: sender.healthScore,
    consecutiveFailures: sender.consecutiveFailures,
    status: presentedStatus(sender),
    nextAvailableAt: sender.nextAvailableAt,
    restrictedUntil: sender.restrictedUntil,
    waitReason: senderWaitReason(sender, slot, now) ?? null,
    ...(warmUp && { warmUp }),
  };
}

function warmUpStats(plan: WarmUp, now: Date): WarmUpStats | undefined {
  const day = warmUpDay(plan, now);
  const window = warmUpWindow(plan, now);
  if (day === undefined || !window) return undefined;
  return {
    day,
    days: plan.quotas.length,
    quotaToday: window.quota,
    leftToday: leftIn(window, now),
    endsAt: warmUpEnd(plan),
  };
}

function answersOf({ answersPerMinute, answersStartedAt, answersUsed }: SenderWithSlot): QuotaWindow {
  return quotaWindow(MINUTE_MS, answersPerMinute, answersStartedAt, answersUsed);
}

export function slotOf(sender: SenderWithSlot): SenderSlot {
  return {
    id: sender.id,
    windows: {
      minute: quotaWindow(MINUTE_MS, sender.quotaPerMinute, sender.minuteStartedAt, sender.minuteUsed),
      hour: quotaWindow(HOUR_MS, sender.quotaPerHour, sender.hourStartedAt, sender.hourUsed),
      day: quotaWindow(DAY_MS, sender.quotaPerDay, sender.dayStartedAt, sender.dayUsed),
    },
    ...(sender.warmUpQuotas && {
      warmUp: {
        quotas: sender.warmUpQuotas,
        since: sender.warmUpSince,
        dayStartedAt: sender.warmUpDayStartedAt,
        used: sender.warmUpUsed,
      },
    }),
    lastUsedMicros: (sender.lastUsedAt?.getTime() ?? 0) * 1_000,
    nextAvailableAt: sender.nextAvailableAt,
  };
}

function quotaWindow(lengthMs: number, quota: number, startedAt: Date | null, used: number): QuotaWindow {
  return { lengthMs, quota, startedAt, used };
}

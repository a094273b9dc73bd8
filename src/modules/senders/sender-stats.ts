import { DAY_MS, HOUR_MS, leftIn, MINUTE_MS, windowAt, type QuotaWindow } from './core/quota.js';
import type { SenderSlot } from './core/slot.js';
import { senderWaitReason, type WaitReason } from './core/waiting.js';
import type { Sender, SenderStatus } from './sender.entity.js';

export interface SenderStats {
  /** Reserved in the quota windows under way; `total` counts what was sent since the sender was created. */
  sent: { minute: number; hour: number; day: number; total: number };
  quota: { minuteLeft: number; hourLeft: number; dayLeft: number };
  failed: number;
  healthScore: number;
  consecutiveFailures: number;
  status: SenderStatus | 'paused';
  nextAvailableAt: Date;
  restrictedUntil: Date | null;
  /** What keeps it from sending now. */
  waitReason: WaitReason | null;
}

/** The status people see: a pause shows unless the account is gone for good, which is worse news. */
export function presentedStatus(sender: Pick<Sender, 'status' | 'pausedAt'>): SenderStatus | 'paused' {
  if (sender.status === 'logged_out' || sender.status === 'banned') return sender.status;
  return sender.pausedAt ? 'paused' : sender.status;
}

export function senderStats(sender: Sender, now: Date): SenderStats {
  const slot = slotOf(sender);
  const { minute, hour, day } = slot.windows;
  const used = (window: QuotaWindow): number => windowAt(window, now).used;
  return {
    sent: { minute: used(minute), hour: used(hour), day: used(day), total: sender.sentTotal },
    quota: { minuteLeft: leftIn(minute, now), hourLeft: leftIn(hour, now), dayLeft: leftIn(day, now) },
    failed: sender.failedTotal,
    healthScore: sender.healthScore,
    consecutiveFailures: sender.consecutiveFailures,
    status: presentedStatus(sender),
    nextAvailableAt: sender.nextAvailableAt,
    restrictedUntil: sender.restrictedUntil,
    waitReason: senderWaitReason(sender, slot, now) ?? null,
  };
}

export function slotOf(sender: Sender): SenderSlot {
  return {
    id: sender.id,
    windows: {
      minute: quotaWindow(MINUTE_MS, sender.quotaPerMinute, sender.minuteStartedAt, sender.minuteUsed),
      hour: quotaWindow(HOUR_MS, sender.quotaPerHour, sender.hourStartedAt, sender.hourUsed),
      day: quotaWindow(DAY_MS, sender.quotaPerDay, sender.dayStartedAt, sender.dayUsed),
    },
    lastUsedMicros: (sender.lastUsedAt?.getTime() ?? 0) * 1_000,
    nextAvailableAt: sender.nextAvailableAt,
  };
}

function quotaWindow(lengthMs: number, quota: number, startedAt: Date | null, used: number): QuotaWindow {
  return { lengthMs, quota, startedAt, used };
}

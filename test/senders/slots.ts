import { addMs } from '../../src/lib/clock.js';
import { DAY_MS, HOUR_MS, MINUTE_MS, type QuotaWindows } from '../../src/modules/senders/core/quota.js';
import type { SenderSlot } from '../../src/modules/senders/core/slot.js';

export const START = new Date('2026-03-01T12:00:00.000Z');
export const QUOTA_WINDOWS = ['minute', 'hour', 'day'] as const satisfies (keyof QuotaWindows)[];
export const NO_PACE = { occupyMs: 0, minDelay: 0, maxDelay: 0 };

export function at(ms: number): Date {
  return addMs(START, ms);
}

/** A sender that was never used. */
export function slot(id: string, quota: { minute?: number; hour?: number; day?: number } = {}): SenderSlot {
  const { minute = 1_000, hour = 10_000, day = 100_000 } = quota;
  return {
    id,
    windows: {
      minute: { lengthMs: MINUTE_MS, quota: minute, startedAt: null, used: 0 },
      hour: { lengthMs: HOUR_MS, quota: hour, startedAt: null, used: 0 },
      day: { lengthMs: DAY_MS, quota: day, startedAt: null, used: 0 },
    },
    lastUsedMicros: 0,
    nextAvailableAt: START,
  };
}

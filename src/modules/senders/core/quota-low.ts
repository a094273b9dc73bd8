import { addMs } from '../../../lib/clock.js';
import { windowAt, type QuotaWindow } from './quota.js';
import type { SenderSlot } from './slot.js';
import { warmUpWindow } from './warm-up.js';

/** From this share of a day's messages on little is left. */
const LOW_FROM = 0.9;

export interface QuotaLow {
  /** What limits the day: the sender's quota, or its warm-up plan. */
  window: 'day' | 'warm_up';
  quota: number;
  used: number;
  startedAt: Date;
  endsAt: Date;
}

/**
 * What has become low by these messages. Only of days: minutes and hours are used up all the time. It may become low
 * twice within one window, when something is given back.
 */
export function quotaLow(before: SenderSlot, after: SenderSlot, now: Date): QuotaLow[] {
  const pairs = [
    ['day', before.windows.day, after.windows.day],
    ['warm_up', dayOf(before, now), dayOf(after, now)],
  ] as const;
  return pairs.flatMap(([window, was, is]) => {
    if (!was || !is?.startedAt || !isLow(is) || isLow(windowAt(was, now))) return [];
    const { quota, used, startedAt, lengthMs } = is;
    return [{ window, quota, used, startedAt, endsAt: addMs(startedAt, lengthMs) }];
  });
}

/** Whether a day of the sender is nearly used up: most are not, and need no closer look. */
export function isAnyLow(slot: SenderSlot, now: Date): boolean {
  const warmUp = dayOf(slot, now);
  return isLow(slot.windows.day) || (warmUp !== undefined && isLow(warmUp));
}

function dayOf({ warmUp }: SenderSlot, now: Date): QuotaWindow | undefined {
  return warmUp && warmUpWindow(warmUp, now);
}

function isLow({ quota, used }: QuotaWindow): boolean {
  return used > 0 && used >= quota * LOW_FROM;
}

import { timeZoneKey } from '../../../lib/phone-zones.js';
import {
  closedBy,
  DEFAULT_TIMES,
  scheduleAt,
  sendingHours,
  type SendingHours,
} from '../../tenants/core/sending-hours.js';
import { isOpen, nextOpening, type Schedule } from '../../tenants/core/window.js';
import type { Delivery } from '../delivery.types.js';
import type { Policy } from '../source.js';

interface Timed {
  delivery: Pick<Delivery, 'phone' | 'purpose'>;
  policy: Pick<Policy, 'sendWindow' | 'tenantTimes' | 'expiresAt'>;
}

/** Whether the delivery may leave now, by the hours that bind it. */
export function isInsideWindow(timed: Timed, now: Date): boolean {
  return isOpen(scheduleOf(timed), now);
}

/** What keeps a delivery outside of its hours, and until when; null when they do not open within five weeks. */
export interface ClosedHours {
  reason: ReturnType<typeof closedBy>;
  until: Date | null;
}

/** For a delivery that may not leave now. */
export function closedHours(timed: Timed, now: Date): ClosedHours {
  const { hours, place } = hoursOf(timed);
  return {
    reason: closedBy(hours, [place], now),
    until: nextOpening(scheduleAt(hours, place), now) ?? null,
  };
}

export function isExpired({ policy: { expiresAt } }: Timed, now: Date): boolean {
  return expiresAt !== null && expiresAt <= now;
}

function scheduleOf(timed: Timed): Schedule {
  const { hours, place } = hoursOf(timed);
  return scheduleAt(hours, place);
}

function hoursOf({ delivery: { phone, purpose }, policy }: Timed): {
  hours: SendingHours;
  place: string | null;
} {
  const hours = sendingHours({ sendWindow: policy.sendWindow, purpose }, policy.tenantTimes ?? DEFAULT_TIMES);
  return { hours, place: hours.byRecipient ? timeZoneKey(phone) : null };
}

import { timeZoneKey } from '../../../lib/phone-zones.js';
import { DEFAULT_TIMES, scheduleAt, sendingHours } from '../../tenants/core/sending-hours.js';
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

/** When its hours let it leave; undefined when that is not within five weeks. */
export function opensAt(timed: Timed, now: Date): Date | undefined {
  return nextOpening(scheduleOf(timed), now);
}

export function isExpired({ policy: { expiresAt } }: Timed, now: Date): boolean {
  return expiresAt !== null && expiresAt <= now;
}

function scheduleOf({ delivery: { phone, purpose }, policy }: Timed): Schedule {
  const hours = sendingHours({ sendWindow: policy.sendWindow, purpose }, policy.tenantTimes ?? DEFAULT_TIMES);
  return scheduleAt(hours, hours.byRecipient ? timeZoneKey(phone) : null);
}

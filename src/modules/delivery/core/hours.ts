import { timeZoneKey } from '../../../lib/phone-zones.js';
import { DEFAULT_TIMES, scheduleAt, sendingHours } from '../../tenants/core/sending-hours.js';
import { isOpen } from '../../tenants/core/window.js';
import type { RecipientForSend } from '../delivery.types.js';

type Timed = Pick<RecipientForSend, 'kind' | 'sendWindow' | 'tenantTimes' | 'phone' | 'expiresAt'>;

/** Whether the recipient's send window is open. */
export function isInsideWindow(recipient: Timed, now: Date): boolean {
  const hours = sendingHours(recipient, recipient.tenantTimes ?? DEFAULT_TIMES);
  if (hours.rules.length === 0) return true;
  return isOpen(scheduleAt(hours, hours.byRecipient ? timeZoneKey(recipient.phone) : null), now);
}

export function isExpired({ expiresAt }: Timed, now: Date): boolean {
  return expiresAt !== null && expiresAt <= now;
}

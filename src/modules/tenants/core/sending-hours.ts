import { UNKNOWN_PLACE, zonesAt } from '../../../lib/phone-zones.js';
import { isOpen, weekOf, weekWithout, type Schedule, type Week } from './window.js';
import { rulesOf, type Purpose } from './purpose.js';
import type { SendWindow } from './send-window.js';

/** The tenant's settings about time, as its row has them. */
export interface TenantTimes {
  timeZone: string;
  sendWindow: SendWindow | null;
  quietHours: { from: string; to: string; timeZone: string } | null;
}

export const DEFAULT_TIMES: TenantTimes = { timeZone: 'UTC', sendWindow: null, quietHours: null };

interface Rule {
  /** Why nothing is sent while it is closed. */
  reason: 'outside_window' | 'quiet_hours';
  timeZone: string;
  week: Week;
}

/**
 * When something may be sent: in its own window, or else the tenant's; and, as far as its purpose is bound by them, not in
 * the tenant's quiet hours.
 */
export interface SendingHours {
  rules: Rule[];
  tenantTimeZone: string;
  /** Some rule counts in the recipient's own time, so the hours differ between recipients. */
  byRecipient: boolean;
}

/** A window that was stated for the messages themselves binds them whatever they are sent for. */
export function sendingHours(
  { sendWindow, purpose }: { sendWindow: SendWindow | null; purpose: Purpose },
  tenant: TenantTimes,
): SendingHours {
  const bound = rulesOf[purpose].hours;
  const window = sendWindow ?? (bound ? tenant.sendWindow : null);
  const quiet = bound ? tenant.quietHours : null;
  const rules: Rule[] = [
    ...(window
      ? [{ reason: 'outside_window' as const, timeZone: window.timeZone, week: weekOf(window.days) }]
      : []),
    ...(quiet
      ? [{ reason: 'quiet_hours' as const, timeZone: quiet.timeZone, week: weekWithout(quiet) }]
      : []),
  ];
  return {
    rules,
    tenantTimeZone: tenant.timeZone,
    byRecipient: rules.some(({ timeZone }) => timeZone === 'recipient'),
  };
}

/**
 * The hours of the recipients with one time zone key (see `timeZoneKey`). Where several zones are possible for a
 * number, all of them have to be open. The tenant's zone is used for numbers without a zone.
 */
export function scheduleAt({ rules, tenantTimeZone }: SendingHours, place: string | null): Schedule {
  return rules.flatMap(({ timeZone, week }) => {
    if (timeZone === 'tenant') return [{ timeZone: tenantTimeZone, week }];
    if (timeZone !== 'recipient') return [{ timeZone, week }];
    const zones = place === null || place === UNKNOWN_PLACE ? [] : zonesAt(place);
    return (zones.length > 0 ? zones : [tenantTimeZone]).map((one) => ({ timeZone: one, week }));
  });
}

/** Which rule closes these time zones; quiet hours only where no other rule does. */
export function closedBy(hours: SendingHours, places: readonly (string | null)[], now: Date): Rule['reason'] {
  const windows = { ...hours, rules: hours.rules.filter(({ reason }) => reason === 'outside_window') };
  return places.every((place) => isOpen(scheduleAt(windows, place), now)) ? 'quiet_hours' : 'outside_window';
}

import { timeZoneKey } from '../../../../lib/phone-zones.js';
import { scheduleAt, sendingHours, type TenantTimes } from '../../../tenants/core/sending-hours.js';
import { windowState } from '../../../tenants/core/window.js';
import type { Campaign } from '../../campaign.entity.js';

/** A recipient outside its hours; `until` is undefined when they never come. */
export interface Closed {
  until: Date | undefined;
}

/** Undefined while the campaign may write to this number. */
export function closedFor(
  campaign: Campaign,
  phone: string,
  times: TenantTimes,
  now: Date,
): Closed | undefined {
  const state = windowState(scheduleAt(sendingHours(campaign, times), timeZoneKey(phone)), now);
  return state.kind === 'closed' ? { until: state.until } : undefined;
}

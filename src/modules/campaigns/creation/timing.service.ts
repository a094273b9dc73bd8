import type { Tx } from '../../../db/index.js';
import { latest, type Clock } from '../../../lib/clock.js';
import { DomainError, type FieldError } from '../../../lib/errors.js';
import type { CampaignKey } from '../audience/audience.repository.js';
import { DEFAULT_TIMING, parseTiming, type Timing, type TimingInput } from './core/timing-input.js';
import type { CampaignWarning } from '../core/warning.js';
import { audiencePlaces } from '../audience/places.repository.js';
import {
  scheduleAt,
  sendingHours,
  nextOpening,
  type Purpose,
  type Schedule,
  tenantTimes,
} from '../../tenants/index.js';

/** Parses the timing of a request, and checks it against the tenant's hours and the audience. */
export class CampaignTimings {
  constructor(private readonly clock: Clock) {}

  async read(
    tx: Tx,
    tenantId: string,
    input: TimingInput,
    current: Timing = DEFAULT_TIMING,
  ): Promise<{ timing: Timing; errors: FieldError[] }> {
    const { timeZone } = await tenantTimes(tx, tenantId);
    return parseTiming(input, { now: this.clock.now(), tenantTimeZone: timeZone, current });
  }

  /**
   * Refuses a campaign whose hours never come before it expires. Where that holds for some recipients only (hours in
   * their own time), it returns a warning.
   */
  async check(
    tx: Tx,
    { tenantId, campaignId }: CampaignKey,
    timing: Timing & { purpose: Purpose },
  ): Promise<CampaignWarning[]> {
    const hours = sendingHours(timing, await tenantTimes(tx, tenantId));
    if (hours.rules.length === 0) return [];
    const now = this.clock.now();
    const start = timing.scheduledAt ? latest(timing.scheduledAt, now) : now;
    const comes = (schedule: Schedule) => {
      const opening = nextOpening(schedule, start);
      return opening !== undefined && (!timing.expiresAt || opening < timing.expiresAt);
    };
    if (!hours.byRecipient) {
      if (comes(scheduleAt(hours, null))) return [];
      throw neverOpens(timing);
    }
    const places = [...(await audiencePlaces(tx, campaignId))];
    const never = places.filter(([place]) => !comes(scheduleAt(hours, place)));
    if (never.length === 0) return [];
    if (never.length === places.length) throw neverOpens(timing);
    return [warningAbout(never.reduce((sum, [, count]) => sum + count, 0))];
  }
}

function neverOpens({ expiresAt, sendWindow }: Timing): DomainError {
  const before = expiresAt ? ` before ${expiresAt.toISOString()}` : '';
  const message = `The send window never opens${before}, given the tenant's quiet hours and all zones the numbers may be in.`;
  const path = expiresAt ? 'expiresAt' : 'sendWindow';
  const hint = sendWindow ? 'widen the window' : "widen the tenant's send window";
  const fix = expiresAt ? `${hint} or choose a later time` : hint;
  return new DomainError('not_possible', 'window_never_opens', message, {
    errors: [{ path, message: fix }],
  });
}

function warningAbout(count: number): CampaignWarning {
  const message =
    `${count} recipients will be skipped (outside_window_expired): their numbers leave several time zones open, ` +
    'and there is no time in the window in all of them, or none before the campaign expires.';
  return { code: 'window_never_opens', count, message };
}

import QuickLRU from 'quick-lru';
import type { Database } from '../../../db/index.js';
import type { Logger } from '../../../lib/logger.js';
import type { Campaign } from '../campaign.entity.js';
import { tellNotEnded } from '../not-ended.js';
import { assignPlaces } from '../../delivery/index.js';
import { placesOf, skipOutsideWindow } from './hours.repository.js';
import {
  closedBy,
  scheduleAt,
  sendingHours,
  type SendingHours,
  isOpen,
  nextOpening,
  tenantTimes,
} from '../../tenants/index.js';

/**
 * Which recipients a campaign may send to now. `places` is given when hours count in the recipients' own time: only
 * recipients with those time zone keys.
 */
export type Openness =
  | { kind: 'open'; places?: string[] }
  | { kind: 'closed'; reason: ReturnType<typeof closedBy>; until: Date | undefined };

/** Batches of recipients whose time zone keys are derived in one feed; the rest follows in the next one. */
const PLACE_BATCHES = 3;
/** "Never" is computed again after this, because a tenant may change its quiet hours. */
const TRUST_NEVER_MS = 60_000;
const MOST_OPENINGS = 5_000;

interface Opening {
  until: Date | undefined;
  askedAt: Date;
}

/** Tells the feeder which recipients' send windows are open. */
export class FeedHours {
  private readonly openings = new QuickLRU<string, Opening>({ maxSize: MOST_OPENINGS });

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  async look(campaign: Campaign, now: Date): Promise<Openness> {
    const tenant = await tenantTimes(this.database.manager, campaign.tenantId);
    const hours = sendingHours(campaign, tenant);
    if (hours.byRecipient) return this.byPlace(campaign, hours, now);
    if (isOpen(scheduleAt(hours, null), now)) return { kind: 'open' };
    return {
      kind: 'closed',
      reason: closedBy(hours, [null], now),
      until: this.opening(hours, null, now),
    };
  }

  private async byPlace({ id }: Campaign, hours: SendingHours, now: Date): Promise<Openness> {
    await this.assign(id);
    const places = await placesOf(this.database.manager, id);
    // No recipient waits; the jobs check those on the way.
    if (places.length === 0) return { kind: 'open', places };
    const open = places.filter((place) => isOpen(scheduleAt(hours, place), now));
    const closed = places.filter((place) => !open.includes(place));
    await this.giveUpNever(id, closed, hours, now);
    if (open.length > 0) return { kind: 'open', places: open };
    const next = closed
      .map((place) => this.opening(hours, place, now)?.getTime())
      .filter((at) => at !== undefined);
    const until = next.length > 0 ? new Date(Math.min(...next)) : undefined;
    return { kind: 'closed', reason: closedBy(hours, closed, now), until };
  }

  private async assign(campaignId: string): Promise<void> {
    for (let batch = 0; batch < PLACE_BATCHES; batch += 1) {
      if (await this.database.transaction((tx) => assignPlaces(tx, campaignId))) return;
    }
  }

  /**
   * Ends recipients whose possible time zones have no open time in common. Where only one zone is possible, the
   * settings leave no time, and they can be changed: those recipients wait.
   */
  private async giveUpNever(id: string, closed: string[], hours: SendingHours, now: Date): Promise<void> {
    const never = closed.filter(
      (place) =>
        scheduleAt(hours, place).length > hours.rules.length && this.opening(hours, place, now) === undefined,
    );
    if (never.length === 0) return;
    tellNotEnded(this.logger, id, await skipOutsideWindow(this.database.manager, id, never));
  }

  /** When a closed time zone key opens. Cached, because computing it for a country of many zones takes milliseconds. */
  private opening(hours: SendingHours, place: string | null, now: Date): Date | undefined {
    const key = JSON.stringify([hours.rules, hours.tenantTimeZone, place]);
    const known = this.openings.get(key);
    if (known && isFresh(known, now)) return known.until;
    const until = nextOpening(scheduleAt(hours, place), now);
    this.openings.set(key, { until, askedAt: now });
    return until;
  }
}

function isFresh({ until, askedAt }: Opening, now: Date): boolean {
  if (now < askedAt) return false;
  return until ? now < until : now.getTime() - askedAt.getTime() < TRUST_NEVER_MS;
}

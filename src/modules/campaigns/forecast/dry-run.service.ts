import { analyseAhead } from '../../content/index.js';
import { latest } from '../../../lib/clock.js';
import { DomainError, notFound } from '../../../lib/errors.js';
import type { Campaign } from '../campaign.entity.js';
import type { CampaignDeps, ForecastedPool } from '../campaign.ports.js';
import { countsOf, findCampaign } from '../campaign.repository.js';
import { noCounts } from '../core/counts.js';
import { excludedIn } from '../audience/core/audience-rules.js';
import { neededByContent } from '../creation/core/content-input.js';
import { conflictMessage } from '../core/transitions.js';
import { mostParts } from '../variants/core/variants.js';
import type { Demand, Simulated } from './core/simulation.js';
import { countWaiting, type WaitingCount } from './dry-run.repository.js';
import { forecastCampaign, typesOf } from './campaign-forecast.js';
import { scheduleAt, sendingHours, tenantTimes } from '../../tenants/index.js';

export type Exclusion = NonNullable<WaitingCount['reason']>;

export interface DryRun {
  /** Recipients not served yet. */
  recipients: number;
  /** Recipients that will get nothing, each counted once. */
  exclusions: { reason: Exclusion; count: number }[];
  willReceive: number;
  /** All parts together. */
  messages: number;
  /** Duplicates when the campaign was made, and recipients taken out by its exclusions. */
  removed: { duplicates: number; excluded: number };
  startsAt: Date;
  end: Simulated;
  senders: Pick<ForecastedPool, 'total' | 'able' | 'warmingUp' | 'unable'>;
  /** Running campaigns that share its senders, as far as they do not wait for it. */
  otherCampaigns: number;
  /** An operator has to continue after this many recipients; that wait is not counted. */
  operatorContinuesAfter: number | undefined;
}

/** Forecasts a campaign: simulates the present pool under every limit. Writes nothing. */
export class DryRuns {
  constructor(private readonly deps: CampaignDeps) {}

  async run(tenantId: string, id: string): Promise<DryRun> {
    const { database, clock } = this.deps;
    const campaign = await findCampaign(database.manager, tenantId, id);
    if (!campaign) throw notFound('campaign', id);
    const { status } = campaign;
    if (status === 'completed' || status === 'failed' || status === 'stopped') {
      throw new DomainError('conflict', `campaign_${status}`, conflictMessage('dry-run', status));
    }
    await analyseAhead([campaign.parts, campaign.variants]);
    const now = clock.now();
    const startsAt = campaign.scheduledAt ? latest(campaign.scheduledAt, now) : now;
    const hours = sendingHours(campaign, await tenantTimes(database.manager, tenantId));
    const request = { tenantId, pool: campaign.pool, messageTypes: typesOf(campaign) };
    const waiting = await countWaiting(database.manager, campaign, {
      addresses: await this.deps.senders.addresses(request),
      needed: neededByContent(campaign),
      byPlace: hours.byRecipient,
    });
    const exclusions = exclusionsOf(waiting);
    const recipients = total(waiting);
    const willReceive = recipients - total(exclusions);
    const parts = mostParts(campaign);
    const demands = demandsOf(waiting, parts, (place) => scheduleAt(hours, place));
    const counts = (await countsOf(database.manager, [id])).get(id)?.counts ?? noCounts();
    const { pool, end } = await forecastCampaign(this.deps, campaign, { counts, demands, now, startsAt });
    return {
      recipients,
      exclusions,
      willReceive,
      messages: willReceive * parts,
      removed: removedOf(campaign),
      startsAt,
      end,
      senders: pool,
      otherCampaigns: pool.competingCampaigns,
      operatorContinuesAfter: operatorContinues(campaign),
    };
  }
}

function exclusionsOf(waiting: readonly WaitingCount[]): DryRun['exclusions'] {
  const counts = new Map<Exclusion, number>();
  for (const { reason, count } of waiting) {
    if (reason) counts.set(reason, (counts.get(reason) ?? 0) + count);
  }
  return [...counts].map(([reason, count]) => ({ reason, count })).toSorted((a, b) => b.count - a.count);
}

/** The messages to send, by time zone key. */
function demandsOf(
  waiting: readonly WaitingCount[],
  parts: number,
  scheduleOf: (place: string | null) => Demand['schedule'],
): Demand[] {
  const places = new Map<string | null, number>();
  for (const { place, reason, count } of waiting) {
    if (reason === null) places.set(place, (places.get(place) ?? 0) + count);
  }
  return [...places].map(([place, recipients]) => ({
    schedule: scheduleOf(place),
    messages: recipients * parts,
  }));
}

function operatorContinues({ canary }: Campaign): number | undefined {
  if (!canary || canary.passedAt !== undefined) return undefined;
  return canary.continueWhen && !canary.broken ? undefined : canary.recipients;
}

function removedOf({ audience }: Campaign): DryRun['removed'] {
  return { duplicates: audience?.summary?.duplicates ?? 0, excluded: excludedIn(audience?.summary) };
}

function total(counted: readonly { count: number }[]): number {
  return counted.reduce((sum, { count }) => sum + count, 0);
}

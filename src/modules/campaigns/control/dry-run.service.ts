import { latest } from '../../../lib/clock.js';
import { DomainError, notFound } from '../../../lib/errors.js';
import type { Campaign } from '../campaign.entity.js';
import type { CampaignDeps, PoolOutlook } from '../campaign.ports.js';
import { countsOf, findCampaign, noCounts } from '../campaign.repository.js';
import { excludedIn } from '../core/audience-rules.js';
import { neededByContent } from '../core/content-input.js';
import { scheduleAt, sendingHours } from '../core/sending-hours.js';
import { refusal } from '../core/transitions.js';
import { mostParts } from '../core/variants.js';
import { countOverCap } from '../delivery/frequency-cap.repository.js';
import { tenantTimes } from '../running/timing.repository.js';
import { playForward, type Demand, type PlayedForward } from './core/play-forward.js';
import { countWaiting, type WaitingCount } from './dry-run.repository.js';
import { campaignOutlook, playRules } from './outlook.js';

export type Exclusion = NonNullable<WaitingCount['reason']> | 'frequency_cap';

export interface DryRun {
  /** Recipients still to be served. */
  recipients: number;
  /** Those who will get nothing, each counted once. */
  exclusions: { reason: Exclusion; count: number }[];
  willReceive: number;
  /** All parts together. */
  messages: number;
  /** Named twice when the campaign was made, and taken out by its exclusions. */
  removed: { duplicates: number; excluded: number };
  startsAt: Date;
  end: PlayedForward;
  senders: Pick<PoolOutlook, 'total' | 'able' | 'warmingUp' | 'unable'>;
  /** An operator has to let it go on after so many recipients: that wait is not counted. */
  operatorContinuesAfter: number | undefined;
}

/** Looks ahead: the pool as it stands, played forward under every limit. Writes nothing. */
export class DryRuns {
  constructor(private readonly deps: CampaignDeps) {}

  async run(tenantId: string, id: string): Promise<DryRun> {
    const { database, clock } = this.deps;
    const campaign = await findCampaign(database.manager, tenantId, id);
    if (!campaign) throw notFound('campaign', id);
    const { status } = campaign;
    if (status === 'completed' || status === 'failed' || status === 'stopped') {
      throw new DomainError('conflict', `campaign_${status}`, refusal('dry-run', status));
    }
    const now = clock.now();
    const startsAt = campaign.scheduledAt ? latest(campaign.scheduledAt, now) : now;
    const hours = sendingHours(campaign, await tenantTimes(database.manager, tenantId));
    const waiting = await countWaiting(database.manager, campaign, {
      needed: neededByContent(campaign),
      byPlace: hours.byRecipient,
    });
    const exclusions = await this.exclusionsOf(campaign, waiting);
    const recipients = total(waiting);
    const willReceive = Math.max(0, recipients - total(exclusions));
    const parts = mostParts(campaign);
    const demands = demandsOf(waiting, willReceive, parts, (place) => scheduleAt(hours, place));
    const outlook = await campaignOutlook(this.deps, campaign, startsAt);
    const counts = (await countsOf(database.manager, [id])).get(id)?.counts ?? noCounts();
    const end = playForward(outlook.forecast, demands, playRules(campaign, counts, startsAt));
    return {
      recipients,
      exclusions,
      willReceive,
      messages: willReceive * parts,
      removed: removedOf(campaign),
      startsAt,
      end,
      senders: outlook,
      operatorContinuesAfter: operatorContinues(campaign),
    };
  }

  private async exclusionsOf(campaign: Campaign, waiting: WaitingCount[]): Promise<DryRun['exclusions']> {
    const counts = new Map<Exclusion, number>();
    for (const { reason, count } of waiting) {
      if (reason) counts.set(reason, (counts.get(reason) ?? 0) + count);
    }
    const overCap = await countOverCap(this.deps.database.manager, campaign.tenantId, campaign.id);
    if (overCap > 0) counts.set('frequency_cap', overCap);
    return [...counts].map(([reason, count]) => ({ reason, count })).toSorted((a, b) => b.count - a.count);
  }
}

/** By place in proportion: who of them is excluded for the frequency cap is not known by place. */
function demandsOf(
  waiting: readonly WaitingCount[],
  willReceive: number,
  parts: number,
  scheduleOf: (place: string | null) => Demand['schedule'],
): Demand[] {
  const places = new Map<string | null, number>();
  for (const { place, reason, count } of waiting) {
    if (reason === null) places.set(place, (places.get(place) ?? 0) + count);
  }
  let left = willReceive;
  return [...places].map(([place, count]) => {
    const recipients = Math.min(count, left);
    left -= recipients;
    return { schedule: scheduleOf(place), messages: recipients * parts };
  });
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

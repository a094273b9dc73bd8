import type { Campaign } from '../campaign.entity.js';
import type { CampaignDeps } from '../campaign.ports.js';
import type { Counts } from '../core/counts.js';
import type { Demand } from './core/simulation.js';
import { forecastCampaign, type ForecastDeps } from './campaign-forecast.js';
import { mostParts } from '../variants/core/variants.js';
import { sampleOfPlaces } from './places.repository.js';
import { scheduleAt, sendingHours, tenantTimes } from '../../tenants/index.js';

/**
 * When the last message of a running campaign leaves, under quotas, pace, windows, ceiling and budget as things stand;
 * undefined when that is not to be expected: no sender is connected, an operator has to continue it, or it expires
 * first. Unlike a dry run it does not check recipients: those that opted out meanwhile still count, and the time zones
 * are sampled from the next ones.
 */
export async function estimatedFinish(
  deps: ForecastDeps & Pick<CampaignDeps, 'clock'>,
  campaign: Campaign,
  counts: Counts,
): Promise<Date | undefined> {
  const recipients = counts.pending + counts.queued + counts.sending;
  if (campaign.status !== 'running' || recipients === 0 || waitsForOperator(campaign)) return undefined;
  const now = deps.clock.now();
  const demands = await demandsOf(deps, campaign, recipients * mostParts(campaign));
  const { end } = await forecastCampaign(deps, campaign, { counts, demands, now, startsAt: now });
  return end.kind === 'finishes' ? end.at : undefined;
}

function waitsForOperator({ canary }: Campaign): boolean {
  if (!canary || canary.passedAt !== undefined) return false;
  return canary.continueWhen === undefined || canary.broken !== undefined;
}

async function demandsOf(
  { database }: Pick<CampaignDeps, 'database'>,
  campaign: Campaign,
  messages: number,
): Promise<Demand[]> {
  const tx = database.manager;
  const hours = sendingHours(campaign, await tenantTimes(tx, campaign.tenantId));
  if (!hours.byRecipient) return [{ schedule: scheduleAt(hours, null), messages }];
  const places = await sampleOfPlaces(tx, campaign.id);
  const sampled = places.reduce((sum, { count }) => sum + count, 0);
  if (sampled === 0) return [{ schedule: scheduleAt(hours, null), messages }];
  return places.map(({ place, count }) => ({
    schedule: scheduleAt(hours, place),
    messages: Math.round((messages * count) / sampled),
  }));
}

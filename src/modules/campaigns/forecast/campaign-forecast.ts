import type { Campaign } from '../campaign.entity.js';
import { addMs } from '../../../lib/clock.js';
import { averagePause } from '../../../lib/pause.js';
import type { CampaignDeps, CampaignSenders, ForecastedPool, CompetingCampaign } from '../campaign.ports.js';
import type { Counts } from '../core/counts.js';
import { mostParts } from '../variants/core/variants.js';
import { begunOf } from '../canary/core/canary.js';
import { simulate, type Demand, type Simulated, type SimulationRules } from './core/simulation.js';
import { competingCampaignsOf } from './core/competing-campaigns.js';
import { otherRunningCampaigns } from './competing-campaigns.repository.js';
import { sampleRecipient } from '../audience/sample.repository.js';
import { humanPaceAt, partTimings, totalMs } from '../../delivery/index.js';
import type { MessageType } from '../../../transports/transport.js';
import { ceilingOf } from '../sending/core/ceiling.js';
import { senderUse } from '../sending/sender-budget.repository.js';
import { nextOpening } from '../../tenants/index.js';
import {
  choiceSeed,
  RenderBudget,
  renderPart,
  templateScope,
  type CampaignPart,
} from '../../content/index.js';

const MINUTE_MS = 60_000;
/** Horizon for a campaign that would never be done by itself. */
const HORIZON_MS = 366 * 24 * 60 * MINUTE_MS;
/** Stands for a random number: the mean. */
const average = (): number => 0.5;

export interface ForecastDeps extends Pick<CampaignDeps, 'database' | 'humanPace'> {
  senders: Pick<CampaignSenders, 'forecast'>;
}

interface Ahead {
  counts: Counts;
  demands: readonly Demand[];
  now: Date;
  startsAt: Date;
}

/**
 * Simulates the campaign: first by itself, then, where others run that use the same senders, with what they need until
 * about its end.
 */
export async function forecastCampaign(
  deps: ForecastDeps,
  campaign: Campaign,
  { counts, demands, now, startsAt }: Ahead,
): Promise<{ pool: ForecastedPool; end: Simulated }> {
  const busy = await busyMs(deps, campaign);
  const play = async (competing: readonly CompetingCampaign[]) => {
    const pool = await forecastPool(deps, campaign, { startsAt, busyMs: busy, competing });
    return {
      pool,
      end: await simulate(pool.fleet, demands, simulationRules(campaign, counts, startsAt, demands)),
    };
  };
  const alone = await play([]);
  const others = await otherRunningCampaigns(deps.database.manager, campaign);
  if (others.length === 0 || alone.pool.able === 0) return alone;
  const aloneUntil = alone.end.kind === 'never' ? addMs(startsAt, HORIZON_MS) : alone.end.at;
  const competing = competingCampaignsOf(campaign, others, { now, aloneUntil, busyMs: busy });
  return competing.length === 0 ? alone : play(competing);
}

/** The campaign's pool in its present state, for a simulation from a time on. */
async function forecastPool(
  deps: ForecastDeps,
  campaign: Campaign,
  {
    startsAt,
    busyMs: busy,
    competing,
  }: { startsAt: Date; busyMs: number; competing: readonly CompetingCampaign[] },
): Promise<ForecastedPool> {
  const { tenantId, pool, maxPerSender } = campaign;
  const tx = deps.database.manager;
  return deps.senders.forecast({
    tenantId,
    pool,
    messageTypes: typesOf(campaign),
    pace: { messages: mostParts(campaign), stepMs: averagePause(campaign) + busy },
    from: startsAt,
    competingCampaigns: competing,
    ...(maxPerSender !== null && {
      budget: { perSender: maxPerSender, used: await senderUse(tx, campaign.id) },
    }),
  });
}

/** Of all that its recipients may get. */
export function typesOf({ variants, parts }: Pick<Campaign, 'variants' | 'parts'>): MessageType[] {
  const content = variants?.flatMap((variant) => variant.parts) ?? parts;
  return [...new Set(content.map(({ type }) => type))];
}

/** Typing and pauses for one recipient, estimated with the texts of the first one. */
async function busyMs(deps: ForecastDeps, campaign: Campaign): Promise<number> {
  const sample = await sampleRecipient(deps.database.manager, campaign, undefined);
  if (!sample) return 0;
  const parts: readonly CampaignPart[] = campaign.variants?.[sample.variant]?.parts ?? campaign.parts;
  const scope = templateScope(sample);
  const budget = new RenderBudget();
  const contents = parts.flatMap((part, index) => {
    const rendered = renderPart(part, scope, choiceSeed(sample.contactId, index), budget);
    return rendered.ok ? [rendered.content] : [];
  });
  const { typing, pause } = deps.humanPace ?? humanPaceAt(100);
  return totalMs(partTimings(contents, typing, pause, average));
}

/** The campaign's own limits for the simulation. */
function simulationRules(
  campaign: Campaign,
  counts: Counts,
  from: Date,
  demands: readonly Demand[],
): SimulationRules {
  const parts = mostParts(campaign);
  return {
    from,
    startedAt: campaign.rampStartedAt ?? firstOpening(demands, from),
    ceiling: ceilingOf(campaign),
    expiresAt: campaign.expiresAt,
    parts,
    canary: canaryAhead(campaign, counts, parts),
  };
}

function firstOpening(demands: readonly Demand[], from: Date): Date {
  const openings = demands.flatMap(({ schedule }) => nextOpening(schedule, from)?.getTime() ?? []);
  return openings.length === 0 ? from : new Date(Math.min(...openings));
}

/** The remaining first recipients, and how long the others wait for the decision. */
function canaryAhead({ canary }: Campaign, counts: Counts, parts: number): SimulationRules['canary'] {
  if (!canary?.continueWhen || canary.passedAt !== undefined || canary.broken) return undefined;
  const first = canary.recipients - begunOf(counts);
  if (first <= 0 || counts.pending <= first) return undefined;
  return { messages: first * parts, restMs: canary.continueWhen.afterMinutes * MINUTE_MS };
}

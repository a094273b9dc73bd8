import type { Campaign } from '../campaign.entity.js';
import { addMs } from '../../../lib/clock.js';
import { averagePause } from '../../../lib/pause.js';
import type { CampaignDeps, CampaignSenders, PoolOutlook, RivalCampaign } from '../campaign.ports.js';
import type { Counts } from '../campaign.repository.js';
import { mostParts } from '../variants/core/variants.js';
import { begunOf } from '../canary/core/canary.js';
import { playForward, type Demand, type PlayedForward, type PlayRules } from './core/play-forward.js';
import { rivalsOf } from './core/rivalry.js';
import { otherRunningCampaigns } from './rivals.repository.js';
import { sampleRecipient } from '../audience/sample.repository.js';
import { ceilingOf, humanPaceAt, partTimings, totalMs, senderUse } from '../../delivery/index.js';
import { nextOpening } from '../../tenants/index.js';
import { choiceSeed, renderPart, templateScope, type CampaignPart } from '../../content/index.js';

const MINUTE_MS = 60_000;
/** For a campaign that would never be done by itself. */
const HORIZON_MS = 366 * 24 * 60 * MINUTE_MS;
/** The middle of everything random. */
const average = (): number => 0.5;

export interface OutlookDeps extends Pick<CampaignDeps, 'database' | 'humanPace'> {
  senders: Pick<CampaignSenders, 'outlook'>;
}

interface Ahead {
  counts: Counts;
  demands: readonly Demand[];
  now: Date;
  startsAt: Date;
}

/**
 * Plays the campaign forward: first by itself, then, where others run that want the same senders, with what they need
 * until about then.
 */
export async function lookAhead(
  deps: OutlookDeps,
  campaign: Campaign,
  { counts, demands, now, startsAt }: Ahead,
): Promise<{ outlook: PoolOutlook; end: PlayedForward }> {
  const busy = await busyMs(deps, campaign);
  const play = async (rivals: readonly RivalCampaign[]) => {
    const outlook = await campaignOutlook(deps, campaign, { startsAt, busyMs: busy, rivals });
    return {
      outlook,
      end: await playForward(outlook.forecast, demands, playRules(campaign, counts, startsAt, demands)),
    };
  };
  const alone = await play([]);
  const others = await otherRunningCampaigns(deps.database.manager, campaign);
  if (others.length === 0 || alone.outlook.able === 0) return alone;
  const aloneUntil = alone.end.kind === 'never' ? addMs(startsAt, HORIZON_MS) : alone.end.at;
  const rivals = rivalsOf(campaign, others, { now, aloneUntil, busyMs: busy });
  return rivals.length === 0 ? alone : play(rivals);
}

/** The campaign's pool as it stands, ready to be played forward from a time on. */
async function campaignOutlook(
  deps: OutlookDeps,
  campaign: Campaign,
  { startsAt, busyMs: busy, rivals }: { startsAt: Date; busyMs: number; rivals: readonly RivalCampaign[] },
): Promise<PoolOutlook> {
  const { tenantId, pool, maxPerSender } = campaign;
  const content = campaign.variants?.flatMap((variant) => variant.parts) ?? campaign.parts;
  const tx = deps.database.manager;
  return deps.senders.outlook({
    tenantId,
    pool,
    messageTypes: [...new Set(content.map(({ type }) => type))],
    pace: { messages: mostParts(campaign), stepMs: averagePause(campaign) + busy },
    from: startsAt,
    rivals,
    ...(maxPerSender !== null && {
      budget: { perSender: maxPerSender, used: await senderUse(tx, campaign.id) },
    }),
  });
}

/** Typing and pauses for one recipient: with the texts of the first one, as good a guess as any. */
async function busyMs(deps: OutlookDeps, campaign: Campaign): Promise<number> {
  const sample = await sampleRecipient(deps.database.manager, campaign, undefined);
  if (!sample) return 0;
  const parts: readonly CampaignPart[] = campaign.variants?.[sample.variant]?.parts ?? campaign.parts;
  const scope = templateScope({ phone: '', name: sample.name, variables: sample.variables });
  const contents = parts.flatMap((part, index) => {
    const rendered = renderPart(part, scope, choiceSeed(sample.contactId, index));
    return rendered.ok ? [rendered.content] : [];
  });
  const { typing, pause } = deps.humanPace ?? humanPaceAt(100);
  return totalMs(partTimings(contents, typing, pause, average));
}

/** The campaign's own limits on the way. */
function playRules(campaign: Campaign, counts: Counts, from: Date, demands: readonly Demand[]): PlayRules {
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

/** What is left of the first recipients, and how long the others wait for the judgement. */
function canaryAhead({ canary }: Campaign, counts: Counts, parts: number): PlayRules['canary'] {
  if (!canary?.continueWhen || canary.passedAt !== undefined || canary.broken) return undefined;
  const first = canary.recipients - begunOf(counts);
  if (first <= 0 || counts.pending <= first) return undefined;
  return { messages: first * parts, restMs: canary.continueWhen.afterMinutes * MINUTE_MS };
}

import type { Campaign, CampaignPart } from '../campaign.entity.js';
import type { CampaignDeps, CampaignSenders, PoolOutlook } from '../campaign.ports.js';
import type { Counts } from '../campaign.repository.js';
import { ceilingOf } from '../core/ceiling.js';
import { choiceSeed, renderPart, templateScope } from '../core/template.js';
import { mostParts } from '../core/variants.js';
import { humanPause, humanTyping, partTimings, totalMs } from '../delivery/core/typing.js';
import type { PlayRules } from './core/play-forward.js';
import { senderUse } from './sender-use.repository.js';
import { sampleRecipient } from './test-send.repository.js';

const MINUTE_MS = 60_000;
/** The middle of everything random. */
const average = (): number => 0.5;

export interface OutlookDeps extends Pick<CampaignDeps, 'database'> {
  senders: Pick<CampaignSenders, 'outlook'>;
}

/** The campaign's pool as it stands, ready to be played forward from a time on. */
export async function campaignOutlook(
  deps: OutlookDeps,
  campaign: Campaign,
  startsAt: Date,
): Promise<PoolOutlook> {
  const { tenantId, pool, maxPerSender, minDelay, maxDelay } = campaign;
  const content = campaign.variants?.flatMap((variant) => variant.parts) ?? campaign.parts;
  const stepMs = (minDelay + maxDelay) / 2 + (await busyMs(deps, campaign));
  const tx = deps.database.manager;
  return deps.senders.outlook({
    tenantId,
    pool,
    messageTypes: [...new Set(content.map(({ type }) => type))],
    pace: { messages: mostParts(campaign), stepMs },
    from: startsAt,
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
  return totalMs(partTimings(contents, humanTyping, humanPause, average));
}

/** The campaign's own limits on the way. */
export function playRules(campaign: Campaign, counts: Counts, from: Date): PlayRules {
  const parts = mostParts(campaign);
  return {
    from,
    startedAt: campaign.startedAt ?? from,
    ceiling: ceilingOf(campaign),
    expiresAt: campaign.expiresAt,
    parts,
    canary: canaryAhead(campaign, counts, parts),
  };
}

/** What is left of the first recipients, and how long the others wait for the judgement. */
function canaryAhead({ canary }: Campaign, counts: Counts, parts: number): PlayRules['canary'] {
  if (!canary?.continueWhen || canary.passedAt !== undefined || canary.broken) return undefined;
  const { pending, replied: _, opted_out: __, excluded: ___, ...begun } = counts;
  const first = canary.recipients - Object.values(begun).reduce((sum, count) => sum + count, 0);
  if (first <= 0 || pending <= first) return undefined;
  return { messages: first * parts, restMs: canary.continueWhen.afterMinutes * MINUTE_MS };
}

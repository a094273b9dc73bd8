import type { Page } from '../../lib/pages.js';
import type { CampaignResponse, CheckedCampaignResponse } from './campaign-response.dto.js';
import type { CampaignVariant } from './campaign.entity.js';
import type { Campaign } from './campaign.entity.js';
import { canaryState } from './canary/core/canary.js';
import type { CampaignAudienceResponse } from './audience/audience.dto.js';
import { noRules, type AudienceSummary } from './audience/core/audience-rules.js';
import type { CampaignVariantResponse } from './variants/variant.dto.js';
import { mostParts, totalMessages } from './variants/core/variants.js';
import { presentCounts } from './reports/report.presenter.js';
import type { CampaignWarning } from './core/warning.js';
import type { CountedCampaign } from './campaign.repository.js';
import { presentPart } from '../content/index.js';

export function presentCampaign(counted: CountedCampaign): CampaignResponse {
  return campaignFields(counted);
}

function campaignFields({ campaign, counts }: CountedCampaign) {
  return {
    id: campaign.id,
    campaignId: campaign.id,
    name: campaign.name,
    status: campaign.status,
    purpose: campaign.purpose,
    topic: campaign.topic,
    messages: campaign.parts.map(presentPart),
    ...(campaign.variants && { variants: campaign.variants.map(presentVariant) }),
    listIds: campaign.listIds,
    ...audienceFields(campaign.audience),
    senderIds: campaign.pool.senderIds,
    senderTags: campaign.pool.senderTags,
    minDelay: campaign.minDelay,
    maxDelay: campaign.maxDelay,
    options: {
      stickySender: campaign.stickySender,
      skipUnregistered: campaign.skipUnregistered,
      onUnknown: campaign.onUnknown,
    },
    canary: campaign.canary && { ...campaign.canary, state: canaryState(campaign.canary) },
    maxPerSender: campaign.maxPerSender,
    ...timingFields(campaign),
    totalRecipients: campaign.totalRecipients,
    totalContacts: campaign.totalRecipients,
    totalMessages: mostParts(campaign),
    totalRequests: totalMessages(campaign),
    counts: presentCounts(counts),
    createdAt: campaign.createdAt.toISOString(),
    startedAt: time(campaign.startedAt),
    completedAt: time(campaign.completedAt),
    recipientsRemovedAt: time(campaign.recipientsRemovedAt),
  };
}

function presentVariant({ name, weight, parts, recipients = 0 }: CampaignVariant): CampaignVariantResponse {
  return { name, weight, recipients, messages: parts.map(presentPart) };
}

function audienceFields(audience: Campaign['audience']) {
  const { segmentIds, filter, importIds, exclude, summary } = audience ?? noRules();
  const audienceOf = summary ? presentSummary(summary) : null;
  return { segmentIds, filter: filter ?? null, importIds, exclude, audience: audienceOf };
}

/** Copied field by field, because jsonb does not keep their order. */
function presentSummary({ sources, duplicates, excluded }: AudienceSummary): CampaignAudienceResponse {
  const { phoneNumbers, lists, segments, campaigns } = excluded;
  return {
    sources: sources.map(({ source, id, matched, added }) => ({ source, ...(id && { id }), matched, added })),
    duplicates,
    excluded: { phoneNumbers, lists, segments, campaigns },
  };
}

function timingFields(campaign: Campaign) {
  return {
    scheduledAt: time(campaign.scheduledAt),
    expiresAt: time(campaign.expiresAt),
    sendWindow: campaign.sendWindow,
    maxPerMinute: campaign.maxPerMinute,
    rampUpMinutes: campaign.rampUpMinutes,
    priority: campaign.priority,
    recurrence: campaign.recurrence,
    originId: campaign.originId,
    occurrenceAt: time(campaign.occurrenceAt),
  };
}

export function presentChecked(
  checked: CountedCampaign & { warnings: CampaignWarning[] },
): CheckedCampaignResponse {
  return { ...campaignFields(checked), warnings: checked.warnings };
}

export function presentCampaigns(page: Page<CountedCampaign>): Page<CampaignResponse> {
  return { ...page, items: page.items.map(presentCampaign) };
}

function time(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}

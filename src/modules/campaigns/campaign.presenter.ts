import type { Page } from '../../lib/pages.js';
import type {
  CampaignResponse,
  CampaignStatsResponse,
  CheckedCampaignResponse,
  RecipientResponse,
  SenderShareResponse,
} from './campaign-response.dto.js';
import type { CampaignVariant } from './campaign.entity.js';
import type { Counts } from './campaign.repository.js';
import type { CampaignVariantResponse } from './campaign-variant.dto.js';
import type { CountedCampaign } from './campaign.service.js';
import { mostParts, totalMessages } from './core/variants.js';
import { presentPart } from './part.presenter.js';
import type { RecipientRow, SenderCount } from './report.repository.js';
import type { CampaignStats } from './report.service.js';
import type { CampaignWarning } from './template-coverage.js';

export function presentCampaign(counted: CountedCampaign): CampaignResponse {
  return campaignFields(counted);
}

function campaignFields({ campaign, counts }: CountedCampaign) {
  return {
    id: campaign.id,
    campaignId: campaign.id,
    name: campaign.name,
    status: campaign.status,
    messages: campaign.parts.map(presentPart),
    ...(campaign.variants && { variants: campaign.variants.map(presentVariant) }),
    listIds: campaign.listIds,
    senderIds: campaign.pool.senderIds,
    senderTags: campaign.pool.senderTags,
    minDelay: campaign.minDelay,
    maxDelay: campaign.maxDelay,
    stickySender: campaign.stickySender,
    totalRecipients: campaign.totalRecipients,
    totalContacts: campaign.totalRecipients,
    totalMessages: mostParts(campaign),
    totalRequests: totalMessages(campaign),
    counts: presentCounts(counts),
    createdAt: campaign.createdAt.toISOString(),
    startedAt: time(campaign.startedAt),
    completedAt: time(campaign.completedAt),
  };
}

function presentVariant({ name, weight, parts, recipients = 0 }: CampaignVariant): CampaignVariantResponse {
  return { name, weight, recipients, messages: parts.map(presentPart) };
}

export function presentChecked(
  checked: CountedCampaign & { warnings: CampaignWarning[] },
): CheckedCampaignResponse {
  return { ...campaignFields(checked), warnings: checked.warnings };
}

export function presentCampaigns(page: Page<CountedCampaign>): Page<CampaignResponse> {
  return { ...page, items: page.items.map(presentCampaign) };
}

export function presentCampaignStats(stats: CampaignStats): CampaignStatsResponse {
  const { waitingFor, estimatedFinishAt } = stats;
  return {
    total: stats.total,
    ...presentCounts(stats.counts),
    bySender: presentShares(stats.bySender),
    byCode: stats.byCode,
    ...(waitingFor && {
      waitingFor: {
        reason: waitingFor.reason,
        message: waitingFor.message,
        ...(waitingFor.until && { until: waitingFor.until.toISOString() }),
      },
    }),
    ...(estimatedFinishAt && { estimatedFinishAt: estimatedFinishAt.toISOString() }),
  };
}

export function presentRecipients(page: Page<RecipientRow>): Page<RecipientResponse> {
  return { ...page, items: page.items.map(presentRecipient) };
}

function presentRecipient({ phone, ...row }: RecipientRow): RecipientResponse {
  return {
    ...row,
    phoneNumber: phone,
    sentAt: time(row.sentAt),
    deliveredAt: time(row.deliveredAt),
    readAt: time(row.readAt),
    repliedAt: time(row.repliedAt),
    optedOutAt: time(row.optedOutAt),
  };
}

function presentCounts({ opted_out: optedOut, ...counts }: Counts) {
  return { ...counts, optedOut };
}

function presentShares(rows: SenderCount[]): SenderShareResponse[] {
  const shares = new Map<string, SenderShareResponse>();
  for (const { senderId, name, state, count, replied } of rows) {
    const share = shares.get(senderId) ?? emptyShare(senderId, name);
    shares.set(senderId, share);
    share.total += count;
    share.replied += replied;
    if (isShareState(state)) share[state] += count;
  }
  return [...shares.values()];
}

const shareStates = ['sending', 'sent', 'delivered', 'read', 'failed', 'unknown'] as const;

function isShareState(state: string): state is (typeof shareStates)[number] {
  return shareStates.some((known) => known === state);
}

function emptyShare(senderId: string, name: string | null): SenderShareResponse {
  return {
    senderId,
    name,
    total: 0,
    sending: 0,
    sent: 0,
    delivered: 0,
    read: 0,
    failed: 0,
    unknown: 0,
    replied: 0,
  };
}

function time(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}

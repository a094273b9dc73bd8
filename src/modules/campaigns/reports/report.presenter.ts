import type { Page } from '../../../lib/pages.js';
import { localTime } from '../../../lib/wall-time.js';
import type { Proportion } from '../../../lib/statistics.js';
import { shownIdentity } from '../../contacts/index.js';
import type { Campaign } from '../campaign.entity.js';
import type { Counts } from '../core/counts.js';
import type { VariantReport } from './core/variant-report.js';
import type { RecipientRow } from './report.repository.js';
import type { CampaignStats, ComparedCampaign, SenderStatsRow } from './report.service.js';
import { significantDifferences } from './core/differences.js';
import type { Rates } from './core/rates.js';
import { reasonSentence } from './core/reasons.js';
import type { CampaignComparisonResponse } from './comparison-response.dto.js';
import type { RateResponse, RatesResponse } from './rates-response.dto.js';
import type { RecipientResponse, TraceResponse } from './recipient-response.dto.js';
import type { CampaignStatsResponse, SenderShareResponse } from './stats-response.dto.js';
import type { Trace } from './trace.service.js';

export function presentCampaignStats(stats: CampaignStats): CampaignStatsResponse {
  const { waitingFor, estimatedFinishAt, byPart, byHour, variants } = stats;
  return {
    total: stats.total,
    ...presentCounts(stats.counts),
    rates: presentRates(stats.rates),
    replies: stats.replies,
    bySender: stats.bySender.map(presentShare),
    byCode: stats.byCode.map((row) => ({ ...row, reason: reasonSentence(row.code) })),
    ...(variants && presentVariants(variants)),
    ...(byPart && { byPart }),
    ...(byHour && presentHours(byHour)),
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

function presentVariants({ byVariant, comparison }: VariantReport) {
  return {
    byVariant: byVariant.map(({ counts, rates, ...variant }) => ({
      ...variant,
      ...presentCounts(counts),
      rates: presentRates(rates),
    })),
    comparison,
  };
}

function presentHours({ timeZone, hours }: NonNullable<CampaignStats['byHour']>) {
  return {
    timeZone,
    byHour: hours.map(({ hour, ...facts }) => ({
      hour: hour.toISOString(),
      local: localTime(hour, timeZone),
      ...facts,
    })),
  };
}

function presentShare({ senderId, name, counts, budgetLeft }: SenderStatsRow): SenderShareResponse {
  const { replied, opted_out: _, excluded: __, ...states } = counts;
  const total = Object.values(states).reduce((sum, count) => sum + count, 0);
  const budget = budgetLeft === undefined ? {} : { budgetLeft };
  return { senderId, name, total, ...presentCounts(counts), replied, ...budget };
}

export function presentCounts({ opted_out: optedOut, ...counts }: Counts) {
  return { ...counts, optedOut };
}

export function presentRates(rates: Rates): RatesResponse {
  const { delivered, read, replied, optedOut, failed } = rates;
  return {
    delivered: presentRate(delivered),
    read: presentRate(read),
    replied: presentRate(replied),
    optedOut: presentRate(optedOut),
    failed: presentRate(failed),
  };
}

function presentRate({ count, of, rate, low, high }: Proportion): RateResponse {
  return { count, of, rate: rounded(rate), low: rounded(low), high: rounded(high) };
}

/** Four digits: a hundredth of a percent. */
function rounded(share: number | undefined): number | null {
  return share === undefined ? null : Math.round(share * 10_000) / 10_000;
}

export function presentRecipients({
  campaign,
  ...page
}: Page<RecipientRow> & { campaign: Campaign }): Page<RecipientResponse> {
  return { ...page, items: page.items.map((row) => presentRecipient(row, campaign)) };
}

function presentRecipient(
  { phone, line: _line, ...row }: RecipientRow,
  campaign: Campaign,
): RecipientResponse {
  return {
    ...row,
    ...shownIdentity(phone),
    reason: row.code === null ? null : reasonSentence(row.code),
    variant: campaign.variants?.[row.variant]?.name ?? null,
    queuedAt: time(row.queuedAt),
    sentAt: time(row.sentAt),
    deliveredAt: time(row.deliveredAt),
    readAt: time(row.readAt),
    repliedAt: time(row.repliedAt),
    optedOutAt: time(row.optedOutAt),
  };
}

export function presentTrace({ recipient, summary, steps, senders }: Trace): TraceResponse {
  const { id, contactId, phone, name, state, code } = recipient;
  return {
    id,
    contactId,
    ...shownIdentity(phone),
    name,
    state,
    code,
    summary,
    steps: steps.map((step) => {
      const senderName = step.senderId === undefined ? undefined : senders.get(step.senderId);
      return { ...step, at: step.at.toISOString(), ...(senderName !== undefined && { senderName }) };
    }),
  };
}

export function presentComparison(compared: readonly ComparedCampaign[]): CampaignComparisonResponse {
  return {
    campaigns: compared.map(({ campaign, counts, rates }) => ({
      id: campaign.id,
      name: campaign.name,
      status: campaign.status,
      total: campaign.totalRecipients,
      startedAt: time(campaign.startedAt),
      completedAt: time(campaign.completedAt),
      ...presentCounts(counts),
      rates: presentRates(rates),
    })),
    differences: significantDifferences(compared.map(({ campaign, rates }) => ({ id: campaign.id, rates }))),
  };
}

function time(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}

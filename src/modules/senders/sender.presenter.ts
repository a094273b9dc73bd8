import type { Page } from '../../lib/pages.js';
import type { SenderWithSlot } from './sender.repository.js';
import { warmUpEnd } from './core/warm-up.js';
import type {
  SenderResponse,
  SenderStatsResponse,
  WarmUpPlanResponse,
  WarmUpStatsResponse,
} from './sender-response.dto.js';
import { presentedStatus, slotOf, type SenderStats, type WarmUpStats } from './sender-stats.js';

export function presentSender(sender: SenderWithSlot): SenderResponse {
  return {
    id: sender.id,
    name: sender.name,
    phoneNumber: sender.phoneNumber,
    transport: sender.transport,
    transportConfig: sender.transportConfig,
    tags: sender.tags,
    status: presentedStatus(sender),
    statusReason: sender.statusReason,
    pausedAt: sender.pausedAt?.toISOString() ?? null,
    pauseReason: sender.pauseReason,
    healthScore: sender.healthScore,
    consecutiveFailures: sender.consecutiveFailures,
    quotaPerMinute: sender.quotaPerMinute,
    quotaPerHour: sender.quotaPerHour,
    quotaPerDay: sender.quotaPerDay,
    answersPerMinute: sender.answersPerMinute,
    warmUp: presentPlan(sender),
    lastUsedAt: sender.lastUsedAt?.toISOString() ?? null,
    nextAvailableAt: sender.nextAvailableAt.toISOString(),
    restrictedUntil: sender.restrictedUntil?.toISOString() ?? null,
    createdAt: sender.createdAt.toISOString(),
    updatedAt: sender.updatedAt.toISOString(),
  };
}

function presentPlan(sender: SenderWithSlot): WarmUpPlanResponse | null {
  const { warmUp } = slotOf(sender);
  if (!warmUp) return null;
  return {
    quotas: [...warmUp.quotas],
    startedAt: warmUp.since?.toISOString() ?? null,
    endsAt: warmUpEnd(warmUp)?.toISOString() ?? null,
  };
}

export function presentSenders(page: Page<SenderWithSlot>): Page<SenderResponse> {
  return { ...page, items: page.items.map(presentSender) };
}

export function presentStats(stats: SenderStats): SenderStatsResponse {
  return {
    ...stats,
    nextAvailableAt: stats.nextAvailableAt.toISOString(),
    restrictedUntil: stats.restrictedUntil?.toISOString() ?? null,
    warmUp: stats.warmUp ? presentWarmUp(stats.warmUp) : null,
  };
}

function presentWarmUp({ endsAt, ...stats }: WarmUpStats): WarmUpStatsResponse {
  const { day, days, quotaToday } = stats;
  const message = `Warming up: day ${day} of ${days}, ${quotaToday} today.`;
  return { ...stats, endsAt: endsAt?.toISOString() ?? null, message };
}

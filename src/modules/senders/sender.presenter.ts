import type { Page } from '../../lib/pages.js';
import type { Sender } from './sender.entity.js';
import type { SenderResponse, SenderStatsResponse } from './sender-response.dto.js';
import { presentedStatus, type SenderStats } from './sender-stats.js';

export function presentSender(sender: Sender): SenderResponse {
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
    lastUsedAt: sender.lastUsedAt?.toISOString() ?? null,
    nextAvailableAt: sender.nextAvailableAt.toISOString(),
    restrictedUntil: sender.restrictedUntil?.toISOString() ?? null,
    createdAt: sender.createdAt.toISOString(),
    updatedAt: sender.updatedAt.toISOString(),
  };
}

export function presentSenders(page: Page<Sender>): Page<SenderResponse> {
  return { ...page, items: page.items.map(presentSender) };
}

export function presentStats(stats: SenderStats): SenderStatsResponse {
  return {
    ...stats,
    nextAvailableAt: stats.nextAvailableAt.toISOString(),
    restrictedUntil: stats.restrictedUntil?.toISOString() ?? null,
  };
}

import { latest } from '../../../../lib/clock.js';
import { averagePause } from '../../../../lib/pause.js';
import type { Campaign } from '../../campaign.entity.js';
import type { CompetingCampaign } from '../../campaign.ports.js';
import { mostParts } from '../../variants/core/variants.js';
import type { RunningCampaign } from '../competing-campaigns.repository.js';

/** Waits during which a campaign uses no sender; they end at a known time, or not by themselves. */
const AT_REST: ReadonlySet<string> = new Set(['outside_window', 'canary']);
const MINUTE_MS = 60_000;

/**
 * What other running campaigns need of the senders while this one runs: one whose canary waits for an operator needs
 * nothing, one with a ceiling no more than it allows. `aloneUntil` is when this one would be done by itself: a campaign
 * that begins later does not delay it.
 */
export function competingCampaignsOf(
  { priority }: Pick<Campaign, 'priority'>,
  others: readonly RunningCampaign[],
  { now, aloneUntil, busyMs }: { now: Date; aloneUntil: Date; busyMs: number },
): CompetingCampaign[] {
  return others.flatMap((other) => {
    const begin = beginOf(other, now);
    if (!begin || begin >= aloneUntil) return [];
    const parts = mostParts(other);
    const under = other.maxPerMinute ?? Infinity;
    const allowed = Math.ceil(((aloneUntil.getTime() - begin.getTime()) / MINUTE_MS) * under);
    const recipients = Math.min(recipientsLeft(other), Math.ceil(allowed / parts));
    const content = other.variants?.flatMap((variant) => variant.parts) ?? other.parts;
    return {
      pool: other.pool,
      messageTypes: [...new Set(content.map(({ type }) => type))],
      pace: { messages: parts, stepMs: averagePause(other) + busyMs },
      messages: recipients * parts,
      begin,
      rank: rankOf(other.priority, priority),
    };
  });
}

function beginOf({ waitingReason, waitingUntil }: RunningCampaign, now: Date): Date | undefined {
  if (waitingReason === null || !AT_REST.has(waitingReason)) return now;
  return waitingUntil ? latest(waitingUntil, now) : undefined;
}

/** A canary releases no more than its first recipients until it passes. */
function recipientsLeft({ canary, begun, left }: RunningCampaign): number {
  const isHeld = canary && canary.passedAt === undefined && (!canary.continueWhen || canary.broken);
  return isHeld ? Math.max(0, Math.min(left, canary.recipients - begun)) : left;
}

function rankOf(theirs: number, ours: number): CompetingCampaign['rank'] {
  if (theirs === ours) return 'beside';
  return theirs < ours ? 'before' : 'behind';
}

import type { Tx } from '../../../db/index.js';
import type { Logger } from '../../../lib/logger.js';
import type { Campaign, Canary } from '../campaign.entity.js';
import { updateCampaign } from '../campaign.repository.js';
import type { Counts } from '../core/counts.js';
import { clearCampaignWaiting, noteCampaignWaiting } from '../sending/waiting.repository.js';
import { writeStatusEvents } from '../status-events.js';
import { judgeCanary } from './core/canary.js';

/** A decision of a canary. */
export type CanaryTurn =
  | { kind: 'reached'; until: Date | null }
  | { kind: 'passed' }
  | { kind: 'broken'; failedPercent: number; optedOutPercent: number };

/**
 * How many recipients the campaign's canary releases now. Notes the campaign as waiting while the rest has to wait,
 * lets it go on when the limits held, and pauses it when they did not. Needs the campaign's lock.
 */
export async function applyCanary(
  tx: Tx,
  campaign: Campaign,
  counts: Counts,
  now: Date,
): Promise<{ room: number; turn?: CanaryTurn }> {
  const { canary } = campaign;
  const verdict = judgeCanary(canary, counts, now);
  if (!canary || verdict.kind === 'send') return { room: verdict.kind === 'send' ? verdict.room : Infinity };
  const key = { tenantId: campaign.tenantId, campaignId: campaign.id };
  switch (verdict.kind) {
    case 'wait': {
      const { reachedAt, until } = verdict;
      await noteCampaignWaiting(tx, key, { reason: 'canary', until, now });
      if (canary.reachedAt !== undefined) return { room: 0 };
      await save(tx, campaign, { ...canary, reachedAt: reachedAt.toISOString() });
      return { room: 0, turn: { kind: 'reached', until } };
    }
    case 'pass':
      await clearCampaignWaiting(tx, key);
      await save(tx, campaign, { ...canary, passedAt: now.toISOString() });
      return { room: Infinity, turn: { kind: 'passed' } };
    case 'break': {
      const { failedPercent, optedOutPercent } = verdict;
      const broken = { at: now.toISOString(), failedPercent, optedOutPercent };
      const paused = { status: 'paused' as const, waitingReason: 'canary_limits_broken', waitingUntil: null };
      await updateCampaign(tx, campaign.id, { ...paused, canary: { ...canary, broken }, updatedAt: now });
      const { tenantId, id, status: before } = campaign;
      await writeStatusEvents(tx, [{ tenantId, id, before, status: 'paused', reason: paused.waitingReason }]);
      return { room: 0, turn: { kind: 'broken', failedPercent, optedOutPercent } };
    }
  }
}

/** Logs the decision after the commit: a broken canary is an alert. */
export function tellCanaryTurn(logger: Logger, campaignId: string, turn: CanaryTurn): void {
  switch (turn.kind) {
    case 'reached':
      logger.info({ campaignId, until: turn.until }, 'the first recipients are done; the others wait');
      return;
    case 'passed':
      logger.info({ campaignId }, 'the limits held for the first recipients; the campaign goes on');
      return;
    case 'broken': {
      const { failedPercent, optedOutPercent } = turn;
      logger.error(
        {
          alert: 'campaign.paused',
          campaignId,
          code: 'canary_limits_broken',
          failedPercent,
          optedOutPercent,
        },
        'too many of the first recipients failed or opted out; the campaign was paused',
      );
    }
  }
}

async function save(tx: Tx, { id }: Campaign, canary: Canary): Promise<void> {
  await updateCampaign(tx, id, { canary });
}

import QuickLRU from 'quick-lru';
import type { Database } from '../../../db/index.js';
import type { Clock } from '../../../lib/clock.js';
import { clearCampaignWaiting, noteCampaignWaiting } from './waiting.repository.js';

interface CampaignKey {
  tenantId: string;
  campaignId: string;
}

/** Least time between two writes per campaign: a thousand jobs may find in the same second that no sender is free. */
const MIN_INTERVAL_MS = 3_000;
/** A campaign counts as sending this long after a recipient was served, although others wait. */
const FLOWING_MS = 30_000;
const MOST_REMEMBERED = 10_000;

/** Keeps a campaign's "waiting for senders" up to date without a write per message. */
export class CampaignWaitTracker {
  private readonly lastWrite = new QuickLRU<string, number>({ maxSize: MOST_REMEMBERED });
  private readonly lastServed = new QuickLRU<string, number>({ maxSize: MOST_REMEMBERED });

  constructor(private readonly deps: { database: Database; clock: Clock }) {}

  /** No sender can send for this campaign until `until` (null: not known). */
  async note(campaign: CampaignKey, reason: string, until: Date | null): Promise<void> {
    if (!this.due(`note ${campaign.campaignId}`)) return;
    const now = this.deps.clock.now();
    await noteCampaignWaiting(this.deps.database.manager, campaign, { reason, until, now });
  }

  /** Some recipients wait for certain senders: noted only when no other recipient of the campaign is served. */
  async noteOfSome(campaign: CampaignKey, reason: string, until: Date | null): Promise<void> {
    if (this.servedLately(campaign)) return;
    await this.note(campaign, reason, until);
  }

  /** Senders are available and keep their pause: a noted wait is over, unless the campaign is preempted. */
  async notePace(
    campaign: CampaignKey,
    { preempted, waiting }: { preempted: boolean; waiting: boolean },
  ): Promise<void> {
    if (preempted) {
      if (this.servedLately(campaign)) return;
      await this.note(campaign, 'preempted', null);
    } else if (waiting) await this.clear(campaign);
  }

  /** A recipient got all parts: the campaign sends. */
  noteServed({ campaignId }: CampaignKey): void {
    this.lastServed.set(campaignId, this.deps.clock.now().getTime());
  }

  /** A campaign that is noted as waiting sends again. */
  async clear(campaign: CampaignKey): Promise<void> {
    if (!this.due(`clear ${campaign.campaignId}`)) return;
    await clearCampaignWaiting(this.deps.database.manager, campaign);
  }

  private servedLately({ campaignId }: CampaignKey): boolean {
    const served = this.lastServed.get(campaignId);
    return served !== undefined && this.deps.clock.now().getTime() - served < FLOWING_MS;
  }

  private due(key: string): boolean {
    const now = this.deps.clock.now().getTime();
    const last = this.lastWrite.get(key);
    if (last !== undefined && now - last < MIN_INTERVAL_MS) return false;
    this.lastWrite.set(key, now);
    return true;
  }
}

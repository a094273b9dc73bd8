import type { Campaign } from '../campaign.entity.js';
import { waitingMessage } from './waiting.js';

export interface CampaignWait {
  /** A code; `message` has it in words. */
  reason: string;
  message: string;
  until: Date | null;
}

/** What a wait depends on, besides the campaign. */
export interface WaitView {
  now: Date;
  /** The time zone of the times in words. */
  timeZone: string;
  /** Without a worker no wait is noted any more, so a noted one may be outdated. */
  isWorkerAlive: boolean;
}

/** A wait is over when it ended this long ago and was not renewed. */
const WAIT_GRACE_MS = 10_000;

export function isWaitOver(until: Date | null, now: Date): boolean {
  return until !== null && now.getTime() - until.getTime() > WAIT_GRACE_MS;
}

/**
 * Why a campaign that is not over sends nothing at present, or why it has failed; undefined while it sends, for a draft,
 * and where nothing is known.
 */
export function waitOf(campaign: Campaign, view: WaitView): CampaignWait | undefined {
  const { now, timeZone, isWorkerAlive } = view;
  switch (campaign.status) {
    case 'scheduled': {
      const isDue = campaign.scheduledAt !== null && campaign.scheduledAt <= now;
      if (isDue && !isWorkerAlive) return wait('no_worker', null, timeZone);
      if (isDue && campaign.waitingReason !== null)
        return wait(campaign.waitingReason, campaign.waitingUntil, timeZone);
      return wait('scheduled', campaign.scheduledAt, timeZone);
    }
    case 'paused':
      return wait(campaign.waitingReason ?? 'paused', campaign.waitingUntil, timeZone);
    case 'running': {
      const { waitingReason, waitingUntil } = campaign;
      if (!isWorkerAlive) return wait('no_worker', null, timeZone);
      if (waitingReason === null || isWaitOver(waitingUntil, now)) return undefined;
      return wait(waitingReason, waitingUntil, timeZone);
    }
    case 'failed':
      return campaign.waitingReason === null ? undefined : wait(campaign.waitingReason, null, timeZone);
    case 'draft':
    case 'completed':
    case 'stopped':
      return undefined;
  }
}

function wait(reason: string, until: Date | null, timeZone: string): CampaignWait {
  return { reason, message: waitingMessage(reason, until, timeZone), until };
}

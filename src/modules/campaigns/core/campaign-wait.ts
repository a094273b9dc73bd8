import type { Campaign } from '../campaign.entity.js';
import { waitingMessage } from './waiting.js';

export interface CampaignWait {
  /** A code; `message` says it in words. */
  reason: string;
  message: string;
  until: Date | null;
}

/** A wait that ended this long ago and was not renewed is over. */
const WAIT_GRACE_MS = 10_000;

/** Why a campaign that is not over sends nothing just now; undefined while it flows, and for a draft. */
export function waitOf(campaign: Campaign, now: Date, zone: string): CampaignWait | undefined {
  switch (campaign.status) {
    case 'scheduled':
      return wait('scheduled', campaign.scheduledAt, zone);
    case 'paused':
      return wait(campaign.waitingReason ?? 'paused', campaign.waitingUntil, zone);
    case 'running': {
      const { waitingReason, waitingUntil } = campaign;
      if (waitingReason === null) return undefined;
      if (waitingUntil && now.getTime() - waitingUntil.getTime() > WAIT_GRACE_MS) return undefined;
      return wait(waitingReason, waitingUntil, zone);
    }
    case 'draft':
    case 'completed':
    case 'failed':
    case 'stopped':
      return undefined;
  }
}

function wait(reason: string, until: Date | null, zone: string): CampaignWait {
  return { reason, message: waitingMessage(reason, until, zone), until };
}

import type { Logger } from '../../../lib/logger.js';
import { enqueueBestEffort } from '../../../queue/enqueue-best-effort.js';
import type { JobQueue } from '../../../queue/job-queue.js';
import { feedCampaign } from '../campaign.jobs.js';

interface Fed {
  tenantId: string;
  campaignId: string;
}

/** A campaign has one feed job: waking it twice is the same as once. */
export function wakeFeed(queue: JobQueue, { tenantId, campaignId }: Fed): Promise<void> {
  return queue.wake(feedCampaign, { tenantId, campaignId }, `feed-${campaignId}`);
}

/** After a change that is committed: a queue that is away must not fail it, and the campaign is fed later. */
export function feedSoon(
  { queue, logger }: { queue: JobQueue; logger: Logger },
  campaign: Fed,
): Promise<void> {
  return enqueueBestEffort(wakeFeed(queue, campaign), logger);
}

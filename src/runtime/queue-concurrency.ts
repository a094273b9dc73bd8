import type { Config } from '../config/index.js';
import type { StartOptions } from '../queue/index.js';

/**
 * Jobs one worker process runs at the same time, per queue. Queues whose jobs rely on running one at a time are not
 * here: their definition says so, beside the jobs.
 */
export function queueConcurrency({
  campaigns,
  queue,
}: Pick<Config, 'campaigns' | 'queue'>): Pick<StartOptions, 'concurrency' | 'bundledConcurrency'> {
  return {
    concurrency: {
      messages: campaigns.messageConcurrency,
      answers: campaigns.messageConcurrency,
      campaigns: queue.campaignConcurrency,
      imports: queue.importConcurrency,
      sessions: queue.sessionConcurrency,
      receipts: queue.receiptConcurrency,
    },
    bundledConcurrency: campaigns.messageConcurrency,
  };
}

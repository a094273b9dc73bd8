import { systemClock } from '../../../src/lib/clock.js';
import { createLogger } from '../../../src/lib/logger.js';
import { CampaignReports } from '../../../src/modules/campaigns/reports/report.service.js';
import { SenderService } from '../../../src/modules/senders/index.js';
import { RecordingQueue } from '../recording-queue.js';
import type { ScriptedSession } from '../../delivery/scripted-session.js';
import { World } from '../../delivery/world.js';

/** Messages that really go through the worker, and the reports on them. */
export class ReportWorld extends World {
  isWorkerAlive = true;

  readonly senderService = new SenderService({
    database: this.database,
    queue: new RecordingQueue(),
    clock: systemClock,
    transports: this.transports,
    logger: createLogger('silent'),
  });

  readonly reports = new CampaignReports({
    database: this.database,
    clock: systemClock,
    senders: this.senderService,
    workers: { isAnyAlive: async () => this.isWorkerAlive },
  });

  async named(name: string, options: { hasIdempotentIds?: boolean } = {}): Promise<ScriptedSession> {
    const session = await (options.hasIdempotentIds === false
      ? this.senderWithoutIdempotentIds()
      : this.sender());
    await this.sql('UPDATE senders SET name = $2 WHERE id = $1', [session.senderId, name]);
    return session;
  }

  /** What the ledger of messages says and what the messages say; they must be the same. */
  async messageCounts(campaignId: string): Promise<{ ledger: unknown; counted: unknown }> {
    const ledger = await this.sql(
      `SELECT part, counter, quarter, sum(delta)::int AS n FROM campaign_message_counts WHERE campaign_id = $1
       GROUP BY part, counter, quarter HAVING sum(delta) <> 0 ORDER BY part, counter, quarter`,
      [campaignId],
    );
    const quarter = (at: string) => `to_timestamp(floor(extract(epoch FROM ${at}) / 900) * 900)`;
    const facts = ['sent', 'delivered', 'read'].map(
      (fact) => `SELECT part, '${fact}' AS counter, ${quarter(`${fact}_at`)} AS quarter FROM messages
                 WHERE campaign_id = $1 AND ${fact}_at IS NOT NULL`,
    );
    const counted = await this.sql(
      `SELECT part, counter, quarter, count(*)::int AS n FROM (
         ${facts.join(' UNION ALL ')} UNION ALL
         SELECT part, state, NULL FROM messages WHERE campaign_id = $1 AND state IN ('failed', 'unknown')
       ) facts GROUP BY part, counter, quarter ORDER BY part, counter, quarter`,
      [campaignId],
    );
    return { ledger, counted };
  }
}

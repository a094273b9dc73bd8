import type { Tx } from '../../../db/index.js';
import type { Campaign, Canary, CampaignVariant } from '../campaign.entity.js';
import type { CampaignPart } from '../../content/index.js';
import type { SenderPool } from '../../senders/index.js';

/** A campaign that runs now and has recipients left. */
export interface RunningCampaign {
  id: string;
  parts: CampaignPart[];
  variants: CampaignVariant[] | null;
  pool: SenderPool;
  priority: number;
  minDelay: number;
  maxDelay: number;
  maxPerMinute: number | null;
  canary: Canary | null;
  waitingReason: string | null;
  waitingUntil: Date | null;
  /** Recipients not served yet, and those that are on their way or done. */
  left: number;
  begun: number;
}

/** The tenant's other running campaigns, the first in priority first. Reads their ledgers, not their recipients. */
export async function otherRunningCampaigns(
  tx: Tx,
  { tenantId, id }: Pick<Campaign, 'tenantId' | 'id'>,
): Promise<RunningCampaign[]> {
  return tx.query<RunningCampaign[]>(
    `SELECT k.id, k.parts, k.variants, k.pool, k.priority, k.min_delay AS "minDelay", k.max_delay AS "maxDelay",
            k.max_per_minute AS "maxPerMinute", k.canary, k.waiting_reason AS "waitingReason",
            k.waiting_until AS "waitingUntil", counted.in_flight + counted.pending AS left,
            k.total_recipients - counted.pending AS begun
     FROM campaigns k, LATERAL (
       SELECT coalesce(sum(delta) FILTER (WHERE counter = 'pending'), 0)::int AS pending,
              coalesce(sum(delta) FILTER (WHERE counter IN ('queued', 'sending')), 0)::int AS in_flight
       FROM campaign_counts WHERE campaign_id = k.id) counted
     WHERE k.tenant_id = $1 AND k.status = 'running' AND k.id <> $2
       AND counted.in_flight + counted.pending > 0
     ORDER BY k.priority, k.id`,
    [tenantId, id],
  );
}

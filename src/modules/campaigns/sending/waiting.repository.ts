import type { Tx } from '../../../db/index.js';
import { isStuck } from '../core/stuck.js';

export interface NotedWait {
  reason: string;
  /** Null: not known. */
  until: Date | null;
  now: Date;
}

/** Shows a running campaign as waiting for senders. The delivery side alone writes these columns while it runs. */
export async function noteCampaignWaiting(
  tx: Tx,
  campaign: { tenantId: string; campaignId: string },
  { reason, until, now }: NotedWait,
): Promise<void> {
  await tx.query(
    `UPDATE campaigns SET waiting_reason = $3, waiting_until = $4,
       stuck_since = CASE WHEN NOT $5 THEN NULL WHEN waiting_reason IS NULL THEN $6
         ELSE coalesce(stuck_since, $6) END
     WHERE id = $1 AND tenant_id = $2 AND status = 'running'
       AND (waiting_reason, waiting_until) IS DISTINCT FROM ($3::text, $4::timestamptz)`,
    [campaign.campaignId, campaign.tenantId, reason, until, isStuck(reason, until), now],
  );
}

export async function clearCampaignWaiting(
  tx: Tx,
  campaign: { tenantId: string; campaignId: string },
): Promise<void> {
  await tx.query(
    `UPDATE campaigns SET waiting_reason = NULL, waiting_until = NULL, stuck_since = NULL
     WHERE id = $1 AND tenant_id = $2 AND waiting_reason IS NOT NULL`,
    [campaign.campaignId, campaign.tenantId],
  );
}

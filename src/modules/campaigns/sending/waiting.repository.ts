import type { Tx } from '../../../db/index.js';

/** Shows a running campaign as waiting for senders. The delivery side alone writes these two columns while it runs. */
export async function noteCampaignWaiting(
  tx: Tx,
  campaign: { tenantId: string; campaignId: string },
  reason: string,
  until: Date | null,
): Promise<void> {
  await tx.query(
    `UPDATE campaigns SET waiting_reason = $3, waiting_until = $4
     WHERE id = $1 AND tenant_id = $2 AND status = 'running'
       AND (waiting_reason, waiting_until) IS DISTINCT FROM ($3::text, $4::timestamptz)`,
    [campaign.campaignId, campaign.tenantId, reason, until],
  );
}

export async function clearCampaignWaiting(
  tx: Tx,
  campaign: { tenantId: string; campaignId: string },
): Promise<void> {
  await tx.query(
    `UPDATE campaigns SET waiting_reason = NULL, waiting_until = NULL
     WHERE id = $1 AND tenant_id = $2 AND waiting_reason IS NOT NULL`,
    [campaign.campaignId, campaign.tenantId],
  );
}

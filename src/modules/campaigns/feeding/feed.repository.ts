import type { Tx } from '../../../db/index.js';
import type { Campaign } from '../campaign.entity.js';
import { findCampaign } from '../campaign.repository.js';
import type { CampaignStatus } from '../core/campaign-status.js';
import { writeStatusEvents } from '../status-events.js';
import { hasAnyIn } from '../../delivery/index.js';

/** Advisory locks of two numbers: this one, and the campaign's hash. */
const FEED_LOCKS = 742_020;

/**
 * The campaign, locked for one feeder until the transaction ends. Locked in share mode against pauses and changes, as
 * claims lock it, so that claims go on while thousands are queued. A canary's decision changes the row, so it takes an
 * exclusive lock.
 */
export async function lockForFeeding(tx: Tx, tenantId: string, id: string): Promise<Campaign | undefined> {
  await tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2::text))', [FEED_LOCKS, id]);
  const [row] = await tx.query<{ judged: boolean }[]>(
    'SELECT canary IS NOT NULL AS judged FROM campaigns WHERE tenant_id = $1 AND id = $2',
    [tenantId, id],
  );
  if (!row) return undefined;
  await tx.query(`SELECT 1 FROM campaigns WHERE id = $1 FOR ${row.judged ? 'NO KEY UPDATE' : 'SHARE'}`, [id]);
  return findCampaign(tx, tenantId, id);
}

/**
 * Completes a running or expired campaign without a recipient that waits or is on the way. Checks the recipients, not
 * the counters.
 */
export async function completeWhenDone(tx: Tx, campaignId: string, at: Date): Promise<boolean> {
  // A statement of its own, so that the check below sees what the previous holder of the lock has committed.
  const [before] = await tx.query<{ tenantId: string; status: CampaignStatus }[]>(
    'SELECT tenant_id AS "tenantId", status FROM campaigns WHERE id = $1 FOR NO KEY UPDATE',
    [campaignId],
  );
  const rows = await tx.query<unknown[]>(
    `WITH completed AS (
       UPDATE campaigns SET status = 'completed', completed_at = $2, waiting_reason = NULL, waiting_until = NULL,
         updated_at = $2
       WHERE id = $1 AND (status = 'running' OR (status = 'paused' AND expires_at <= $2))
         AND NOT ${hasAnyIn(['queued', 'sending', 'pending'], '$1')}
       RETURNING id)
     SELECT id FROM completed`,
    [campaignId, at],
  );
  if (!before || rows.length === 0) return false;
  const { tenantId, status } = before;
  await writeStatusEvents(tx, [{ tenantId, id: campaignId, before: status, status: 'completed' }]);
  return true;
}

/**
 * Of all tenants: campaigns that need their feed job, to send, to finish stopping, or to end those who waited in a pause
 * for longer than they may. Direct messages need no feeding.
 */
export async function campaignsToFeed(
  tx: Tx,
  now: Date,
): Promise<{ tenantId: string; campaignId: string }[]> {
  return tx.query<{ tenantId: string; campaignId: string }[]>(
    `SELECT tenant_id AS "tenantId", id AS "campaignId" FROM campaigns
     WHERE (status = 'running' OR (status = 'paused' AND expires_at <= $1)
       OR (status = 'stopped' AND ${hasAnyIn(['pending', 'queued'], 'campaigns.id')}))`,
    [now],
  );
}

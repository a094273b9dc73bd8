import type { Tx } from '../../../db/index.js';

export interface DueCampaign {
  tenantId: string;
  id: string;
  scheduledAt: Date;
  recurs: boolean;
}

const AT_ONCE = 100;

/**
 * Of all tenants: campaigns whose start time has come, the longest due first, and before those for which an audience has
 * to be found. Their number is bounded.
 */
export async function dueCampaigns(tx: Tx, now: Date): Promise<DueCampaign[]> {
  return tx.query<DueCampaign[]>(
    `SELECT tenant_id AS "tenantId", id, scheduled_at AS "scheduledAt", recurrence IS NOT NULL AS recurs
     FROM campaigns WHERE status = 'scheduled' AND kind = 'campaign' AND scheduled_at <= $1
     ORDER BY recurrence IS NOT NULL, scheduled_at LIMIT ${AT_ONCE}`,
    [now],
  );
}

/** Moves a recurring campaign to its next run, with an expiry as long after it, or ends the series. */
export async function moveToNextRun(
  tx: Tx,
  origin: { id: string; scheduledAt: Date },
  next: Date | undefined,
  now: Date,
): Promise<void> {
  await tx.query(
    `UPDATE campaigns SET
       status = CASE WHEN $2::timestamptz IS NULL THEN 'completed' ELSE status END,
       completed_at = CASE WHEN $2::timestamptz IS NULL THEN $4::timestamptz END,
       expires_at = expires_at + (coalesce($2::timestamptz, scheduled_at) - scheduled_at),
       scheduled_at = coalesce($2::timestamptz, scheduled_at), updated_at = $4
     WHERE id = $1 AND status = 'scheduled' AND scheduled_at = $3`,
    [origin.id, next ?? null, origin.scheduledAt, now],
  );
}

/**
 * Locks the campaign unless it is locked already: a run for a large audience takes longer than the interval, and
 * waiting for it would occupy a job slot and a connection for nothing.
 */
export async function lockUnheld(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.query<unknown[]>(
    'SELECT 1 FROM campaigns WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED',
    [id],
  );
  return rows.length > 0;
}

/** True when this run was made before, by any process. */
export async function hasRun(tx: Tx, originId: string, occurrenceAt: Date): Promise<boolean> {
  const rows = await tx.query<unknown[]>(
    'SELECT 1 FROM campaigns WHERE origin_id = $1 AND occurrence_at = $2',
    [originId, occurrenceAt],
  );
  return rows.length > 0;
}

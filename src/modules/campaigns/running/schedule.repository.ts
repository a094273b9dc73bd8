import type { Tx } from '../../../db/index.js';
import type { CampaignStatus } from '../core/campaign-status.js';
import { writeStatusEvents } from '../status-events.js';

export interface DueCampaign {
  tenantId: string;
  id: string;
  scheduledAt: Date;
  recurs: boolean;
}

const AT_ONCE = 100;

/** Why a due campaign waits that could not be started. */
const START_FAILED = 'start_failed';

/**
 * Of all tenants: campaigns whose start time has come, the longest due first, and before those for which an audience has
 * to be found. Their number is bounded. Those that could not be started come back when their rest is over, so that they
 * take no place of others.
 */
export async function dueCampaigns(tx: Tx, now: Date): Promise<DueCampaign[]> {
  return tx.query<DueCampaign[]>(
    `SELECT tenant_id AS "tenantId", id, scheduled_at AS "scheduledAt", recurrence IS NOT NULL AS recurs
     FROM campaigns WHERE status = 'scheduled' AND scheduled_at <= $1
       AND (waiting_reason IS DISTINCT FROM '${START_FAILED}' OR waiting_until <= $1)
     ORDER BY recurrence IS NOT NULL, scheduled_at LIMIT ${AT_ONCE}`,
    [now],
  );
}

/** A due campaign could not be started: it says so, and is tried again at a time. */
export async function noteStartFailed(
  tx: Tx,
  id: string,
  { until, now }: { until: Date; now: Date },
): Promise<void> {
  await tx.query(
    `UPDATE campaigns SET waiting_reason = '${START_FAILED}', waiting_until = $2,
       stuck_since = CASE WHEN waiting_reason IS NULL THEN $3 ELSE coalesce(stuck_since, $3) END
     WHERE id = $1 AND status = 'scheduled'`,
    [id, until, now],
  );
}

/** The run that is due, while it has not been made and the campaign was not changed. */
export async function runProgress(tx: Tx, tenantId: string, id: string): Promise<string | undefined> {
  const [row] = await tx.query<{ scheduledAt: Date }[]>(
    `SELECT scheduled_at AS "scheduledAt" FROM campaigns
     WHERE tenant_id = $1 AND id = $2 AND status = 'scheduled' AND scheduled_at IS NOT NULL`,
    [tenantId, id],
  );
  return row?.scheduledAt.toISOString();
}

/** Ends a recurring campaign whose runs cannot be made; it says why. */
export async function failSeries(tx: Tx, id: string, reason: string, now: Date): Promise<void> {
  const [rows] = await tx.query<[{ tenantId: string }[], number]>(
    `UPDATE campaigns SET status = 'failed', completed_at = $3, waiting_reason = $2, waiting_until = NULL, updated_at = $3
     WHERE id = $1 AND status = 'scheduled' RETURNING tenant_id AS "tenantId"`,
    [id, reason, now],
  );
  await writeStatusEvents(
    tx,
    rows.map(({ tenantId }) => ({ tenantId, id, before: 'scheduled', status: 'failed', reason })),
  );
}

/** Moves a recurring campaign to its next run, with an expiry as long after it, or ends the series. */
export async function moveToNextRun(
  tx: Tx,
  origin: { id: string; scheduledAt: Date },
  next: Date | undefined,
  now: Date,
): Promise<void> {
  const [rows] = await tx.query<[{ tenantId: string; status: CampaignStatus }[], number]>(
    `UPDATE campaigns SET
       status = CASE WHEN $2::timestamptz IS NULL THEN 'completed' ELSE status END,
       completed_at = CASE WHEN $2::timestamptz IS NULL THEN $4::timestamptz END,
       expires_at = expires_at + (coalesce($2::timestamptz, scheduled_at) - scheduled_at),
       scheduled_at = coalesce($2::timestamptz, scheduled_at), waiting_reason = NULL, waiting_until = NULL,
       updated_at = $4
     WHERE id = $1 AND status = 'scheduled' AND scheduled_at = $3 RETURNING tenant_id AS "tenantId", status`,
    [origin.id, next ?? null, origin.scheduledAt, now],
  );
  await writeStatusEvents(
    tx,
    rows.map((row) => ({ ...row, id: origin.id, before: 'scheduled' })),
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

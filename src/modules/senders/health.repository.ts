import type { Tx } from '../../db/index.js';
import { MAX_HEALTH, RECOVERY_MS_PER_POINT, type Health } from './core/health.js';

export interface HealthRecord extends Health {
  id: string;
  tenantId: string;
}

interface HealthRow {
  id: string;
  tenant_id: string;
  health_score: number;
  health_since: Date;
  consecutive_failures: number;
  paused_at: Date | null;
  pause_reason: string | null;
}

const healthColumns = `id, tenant_id, health_score, health_since, consecutive_failures, paused_at, pause_reason`;

/**
 * Locks the rows that results may change, in the order of their ids, so that two batches never wait for each other: all
 * of `changed`, and of those that only `succeeded` the ones that are not in full health.
 */
export async function lockHealth(
  tx: Tx,
  { changed, succeeded }: { changed: readonly string[]; succeeded: readonly string[] },
): Promise<HealthRecord[]> {
  const rows: HealthRow[] = await tx.query(
    `SELECT ${healthColumns} FROM senders
      WHERE id = ANY($1::uuid[])
        AND (id = ANY($2::uuid[]) OR health_score < ${MAX_HEALTH} OR consecutive_failures > 0)
      ORDER BY id FOR NO KEY UPDATE`,
    [[...changed, ...succeeded], changed],
  );
  return rows.map(toRecord);
}

/** Locks up to `limit` connected senders that have earned at least one point of health by being idle. */
export async function lockRecovering(tx: Tx, now: Date, limit: number): Promise<HealthRecord[]> {
  const rows: HealthRow[] = await tx.query(
    `SELECT ${healthColumns} FROM senders
      WHERE status = 'connected' AND health_score < $1
        AND (health_since <= $2::timestamptz - $3 * interval '1 millisecond' OR health_since > $2::timestamptz)
      ORDER BY id LIMIT $4 FOR NO KEY UPDATE SKIP LOCKED`,
    [MAX_HEALTH, now, RECOVERY_MS_PER_POINT, limit],
  );
  return rows.map(toRecord);
}

/** Writes locked rows back in one statement. */
export async function writeHealth(tx: Tx, records: readonly HealthRecord[]): Promise<void> {
  if (records.length === 0) return;
  await tx.query(
    `UPDATE senders SET health_score = h.health_score, health_since = h.health_since,
        consecutive_failures = h.consecutive_failures, paused_at = h.paused_at, pause_reason = h.pause_reason
      FROM unnest($1::uuid[], $2::integer[], $3::timestamptz[], $4::integer[], $5::timestamptz[], $6::text[])
        AS h(id, health_score, health_since, consecutive_failures, paused_at, pause_reason)
      WHERE senders.id = h.id`,
    [
      records.map((record) => record.id),
      records.map((record) => record.healthScore),
      records.map((record) => record.healthSince),
      records.map((record) => record.consecutiveFailures),
      records.map((record) => record.pausedAt),
      records.map((record) => record.pauseReason),
    ],
  );
}

function toRecord(row: HealthRow): HealthRecord {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    healthScore: row.health_score,
    healthSince: row.health_since,
    consecutiveFailures: row.consecutive_failures,
    pausedAt: row.paused_at,
    pauseReason: row.pause_reason,
  };
}

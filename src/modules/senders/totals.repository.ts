import type { Tx } from '../../db/index.js';
import type { SendResult } from './core/health.js';

/** Counted since the sender was made, however long its messages are kept. */
export interface SenderTotals {
  sent: number;
  /** Failures of its own; those of recipients and contents are not counted. */
  failed: number;
}

/** Rows of one fold. */
const FOLD_BATCH = 1_000;

/** Notes a batch of results, with one row for each tenant. */
export async function noteResults(
  tx: Tx,
  results: readonly { senderId: string; result: SendResult }[],
): Promise<void> {
  const totals = new Map<string, SenderTotals>();
  for (const { senderId, result } of results) {
    if (result === 'neutral') continue;
    const { sent, failed } = totals.get(senderId) ?? { sent: 0, failed: 0 };
    totals.set(senderId, result === 'success' ? { sent: sent + 1, failed } : { sent, failed: failed + 1 });
  }
  if (totals.size === 0) return;
  const counted = [...totals.values()];
  await tx.query(
    `INSERT INTO sender_results (tenant_id, sender_ids, sent, failed)
     SELECT s.tenant_id, array_agg(s.id), array_agg(r.sent), array_agg(r.failed)
     FROM unnest($1::uuid[], $2::integer[], $3::integer[]) AS r (id, sent, failed) JOIN senders s ON s.id = r.id
     GROUP BY s.tenant_id`,
    [[...totals.keys()], counted.map(({ sent }) => sent), counted.map(({ failed }) => failed)],
  );
}

/** The totals as of now. Reads what was noted since the last fold, which is a minute's batches. */
export async function totalsOf(tx: Tx, tenantId: string, senderId: string): Promise<SenderTotals> {
  const [row]: { sent: string; failed: string }[] = await tx.query(
    `SELECT coalesce(sum(sent), 0) AS sent, coalesce(sum(failed), 0) AS failed FROM (
       SELECT sent, failed FROM sender_totals WHERE tenant_id = $1 AND sender_id = $2
       UNION ALL
       SELECT sent[at], failed[at] FROM sender_results, LATERAL array_position(sender_ids, $2::uuid) AS at
       WHERE tenant_id = $1 AND at IS NOT NULL) counted`,
    [tenantId, senderId],
  );
  return { sent: Number(row?.sent ?? 0), failed: Number(row?.failed ?? 0) };
}

/**
 * Adds noted batches to the totals and forgets them, in one statement; returns whether there may be more. What belongs to
 * senders that are gone is dropped: theirs are locked, so that none goes while its total is written.
 */
export async function foldTotals(tx: Tx): Promise<boolean> {
  const [row]: { folded: number }[] = await tx.query(
    `WITH taken AS (
       DELETE FROM sender_results
       WHERE id IN (SELECT id FROM sender_results ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING sender_ids, sent, failed
     ), sums AS MATERIALIZED (
       SELECT each.id, sum(each.sent) AS sent, sum(each.failed) AS failed
       FROM taken, unnest(sender_ids, sent, failed) AS each (id, sent, failed) GROUP BY each.id
     ), present AS MATERIALIZED (
       SELECT id, tenant_id FROM senders WHERE id IN (SELECT id FROM sums) ORDER BY id FOR KEY SHARE
     ), written AS (
       INSERT INTO sender_totals (sender_id, tenant_id, sent, failed)
       SELECT id, tenant_id, sent, failed FROM sums JOIN present USING (id) ORDER BY id
       ON CONFLICT (sender_id) DO UPDATE
         SET sent = sender_totals.sent + excluded.sent, failed = sender_totals.failed + excluded.failed
     )
     SELECT count(*)::integer AS folded FROM taken`,
    [FOLD_BATCH],
  );
  return (row?.folded ?? 0) >= FOLD_BATCH;
}

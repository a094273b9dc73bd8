import type { Tx } from '../../../db/index.js';
import type { DeliveryEnd } from '../core/delivery-end.js';

const IS_DUE = `(retry_at IS NULL OR retry_at <= now())`;

/** The oldest ends that are due, at most `limit`. */
export async function dueEnds(tx: Tx, limit: number): Promise<string[]> {
  const rows = await tx.query<{ id: string }[]>(
    `SELECT id FROM delivery_ends WHERE ${IS_DUE} ORDER BY id LIMIT $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

/**
 * Takes the ends of these out of the table: they are gone exactly when the transaction commits. What another reader has
 * taken is left to it.
 */
export function takeEnds(tx: Tx, ids: readonly string[]): Promise<DeliveryEnd[]> {
  return tx.query<DeliveryEnd[]>(
    `WITH free AS MATERIALIZED (
       SELECT id FROM delivery_ends WHERE id = ANY($1::bigint[]) AND ${IS_DUE} ORDER BY id FOR UPDATE SKIP LOCKED
     ), taken AS (
       DELETE FROM delivery_ends e USING free WHERE e.id = free.id RETURNING e.*
     )
     SELECT delivery_id AS "deliveryId", source, source_id AS "sourceId", state, earlier, ended_at AS "endedAt"
     FROM taken ORDER BY id`,
    [ids],
  );
}

/** Lets an end rest, longer each time, beginning with `restMs`; returns how often it has failed, 0 if it is gone. */
export async function setAside(tx: Tx, id: string, restMs: number): Promise<number> {
  const [rows] = await tx.query<[{ attempts: number }[], number]>(
    `UPDATE delivery_ends
     SET attempts = attempts + 1, retry_at = now() + make_interval(secs => $2::float8 / 1000 * 2 ^ attempts)
     WHERE id = $1 RETURNING attempts`,
    [id, restMs],
  );
  return rows[0]?.attempts ?? 0;
}

/** Forgets an end; what it was of. */
export async function dropEnd(
  tx: Tx,
  id: string,
): Promise<Pick<DeliveryEnd, 'deliveryId' | 'source' | 'sourceId'> | undefined> {
  const [rows] = await tx.query<[Pick<DeliveryEnd, 'deliveryId' | 'source' | 'sourceId'>[], number]>(
    `DELETE FROM delivery_ends WHERE id = $1
     RETURNING delivery_id AS "deliveryId", source, source_id AS "sourceId"`,
    [id],
  );
  return rows[0];
}

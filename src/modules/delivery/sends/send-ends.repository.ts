import type { Tx } from '../../../db/index.js';
import { endStates, type DeliveryEnd } from '../core/delivery-end.js';
import { countChanges } from './core/end-counts.js';

/** Adds ends to the counts of their sends; a send that is gone has none. */
export async function countEnds(tx: Tx, ends: readonly DeliveryEnd[]): Promise<void> {
  const changes = countChanges(ends);
  // In one order, because others do the same at the same time.
  await tx.query('SELECT id FROM sends WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE', [
    changes.map(({ id }) => id),
  ]);
  await tx.query(
    `UPDATE sends s SET ${endStates.map((state) => `${state} = s.${state} + c.${state}`).join(', ')},
       last_end_at = greatest(s.last_end_at, c."lastEndAt")
     FROM jsonb_to_recordset($1::jsonb)
       AS c (id uuid, ${endStates.map((state) => `${state} int`).join(', ')}, "lastEndAt" timestamptz)
     WHERE s.id = c.id`,
    [JSON.stringify(changes)],
  );
}

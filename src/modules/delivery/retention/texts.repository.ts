import type { Tx } from '../../../db/index.js';
import { firstIdAt } from '../../../lib/ids.js';
import { isIn } from '../delivery-stage.js';

/** Of a message that nothing leaves of any more. */
const ENDED = `m.state IN ('sent', 'delivered', 'read', 'played', 'failed', 'skipped', 'unknown', 'received')`;

/** Its delivery may yet hand it over, whatever the state of this one message is. */
const UNDER_WAY = isIn(['pending', 'queued', 'sending'], 'r');

interface OldMessage {
  id: string;
  /** Null for what came in, and where the delivery is gone. */
  deliveryId: string | null;
  removable: boolean;
}

/**
 * Removes text and content of the messages of the next `limit` of a tenant, in the order of their ids behind `after`, that
 * were sent, received or given up before that time. What waits or is under way keeps its text. A page of rows that
 * somebody else has locked is left for the next time.
 */
export async function removeTexts(
  tx: Tx,
  tenantId: string,
  before: Date,
  { after, limit }: { after: string; limit: number },
): Promise<{ last: string | undefined; removed: number }> {
  const page = await oldMessages(tx, tenantId, before, { after, limit });
  const found = page.filter(({ removable }) => removable);
  // In the order in which the engine locks: a late receipt may send a delivery on whose end was not known.
  const settled = await lockSettled(
    tx,
    found.flatMap(({ deliveryId }) => deliveryId ?? []),
  );
  const ids = found.filter(({ deliveryId }) => deliveryId === null || settled.has(deliveryId));
  const [, removed] = await tx.query<[unknown[], number]>(
    `UPDATE messages m SET body = NULL, content = NULL, text_removed_at = now()
     FROM (SELECT id FROM messages WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED) free
     WHERE m.id = free.id AND m.text_removed_at IS NULL AND ${ENDED}`,
    [ids.map(({ id }) => id)],
  );
  return { last: page.length < limit ? undefined : page.at(-1)?.id, removed };
}

function oldMessages(
  tx: Tx,
  tenantId: string,
  before: Date,
  { after, limit }: { after: string; limit: number },
): Promise<OldMessage[]> {
  return tx.query<OldMessage[]>(
    `SELECT m.id, r.id AS "deliveryId",
            ${ENDED} AND (r.id IS NULL OR NOT ${UNDER_WAY})
              AND CASE WHEN m.direction = 'in' THEN m.created_at ELSE coalesce(m.sent_at, m.updated_at) END < $4
              AS removable
     FROM (
       SELECT id, delivery_id, direction, state, created_at, sent_at, updated_at FROM messages
       WHERE tenant_id = $1 AND text_removed_at IS NULL AND id > $2 AND id < $3 ORDER BY id LIMIT $5
     ) m LEFT JOIN deliveries r ON r.id = m.delivery_id
     ORDER BY m.id`,
    [tenantId, after, firstIdAt(before), before, limit],
  );
}

async function lockSettled(tx: Tx, ids: string[]): Promise<Set<string>> {
  const rows = await tx.query<{ id: string }[]>(
    `SELECT r.id FROM deliveries r WHERE r.id = ANY($1::uuid[]) AND NOT ${UNDER_WAY}
     ORDER BY r.id FOR NO KEY UPDATE SKIP LOCKED`,
    [[...new Set(ids)]],
  );
  return new Set(rows.map(({ id }) => id));
}

import type { Tx } from '../../../db/index.js';
import { firstIdAt } from '../../../lib/ids.js';
import type { RemovedPage } from '../../../lib/in-pages.js';
import { isIn } from '../delivery-stage.js';
import { lockMark, moveMark } from './text-mark.repository.js';

/** Of a message that nothing leaves of any more. */
const ENDED = `m.state IN ('sent', 'delivered', 'read', 'played', 'failed', 'skipped', 'unknown', 'received')`;

/** Its delivery may yet hand it over, whatever the state of this one message is. */
const UNDER_WAY = isIn(['pending', 'queued', 'sending'], 'r');

interface OldMessage {
  id: string;
  /** Null for what came in, and where the delivery is gone. */
  deliveryId: string | null;
  hasText: boolean;
  removable: boolean;
}

/**
 * Removes text and content of the next `limit` messages of a tenant, in the order of their ids from its mark on, that were
 * sent, received or given up before that time, and moves the mark behind them. What waits or is under way keeps its text
 * and becomes overdue. The mark stays before a row that somebody else has locked: it is for the next time.
 */
export async function removeNextTexts(
  tx: Tx,
  tenantId: string,
  before: Date,
  limit: number,
): Promise<RemovedPage> {
  const mark = await lockMark(tx, tenantId);
  if (mark === undefined) return { last: undefined, removed: 0 };
  const page = await oldMessages(tx, 'true', tenantId, before, { after: mark, limit });
  const removed = await removeOf(tx, page);
  const kept = page.filter(({ id, hasText }) => hasText && !removed.has(id));
  const overdue = await becomeOverdue(
    tx,
    kept.map(({ id }) => id),
  );
  const locked = page.findIndex(({ id, hasText }) => hasText && !removed.has(id) && !overdue.has(id));
  const reached = (locked === -1 ? page : page.slice(0, locked)).at(-1)?.id;
  if (reached !== undefined) await moveMark(tx, tenantId, reached);
  return { last: page.length < limit ? undefined : reached, removed: removed.size };
}

/** The same of messages behind the mark that are overdue, in the order of their ids behind `after`. */
export async function removeOverdueTexts(
  tx: Tx,
  tenantId: string,
  before: Date,
  { after, limit }: { after: string; limit: number },
): Promise<RemovedPage> {
  const page = await oldMessages(tx, 'text_overdue', tenantId, before, { after, limit });
  const removed = await removeOf(tx, page);
  return { last: page.length < limit ? undefined : page.at(-1)?.id, removed: removed.size };
}

/** Removes what is removable of them and not locked; returns of which. */
async function removeOf(tx: Tx, page: OldMessage[]): Promise<Set<string>> {
  const found = page.filter(({ removable }) => removable);
  // In the order in which the engine locks: a late receipt may send a delivery on whose end was not known.
  const settled = await lockSettled(
    tx,
    found.flatMap(({ deliveryId }) => deliveryId ?? []),
  );
  const ids = found.filter(({ deliveryId }) => deliveryId === null || settled.has(deliveryId));
  const [rows] = await tx.query<[{ id: string }[], number]>(
    `UPDATE messages m SET body = NULL, content = NULL, received = NULL, text_removed_at = now(), text_overdue = false
     FROM (SELECT id FROM messages WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED) free
     WHERE m.id = free.id AND m.text_removed_at IS NULL AND ${ENDED}
     RETURNING m.id`,
    [ids.map(({ id }) => id)],
  );
  return new Set(rows.map(({ id }) => id));
}

/** `updated_at` stays: nothing is new about them. Returns which were not locked. */
async function becomeOverdue(tx: Tx, ids: string[]): Promise<Set<string>> {
  const [rows] = await tx.query<[{ id: string }[], number]>(
    `UPDATE messages m SET text_overdue = true
     FROM (SELECT id FROM messages WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED) free
     WHERE m.id = free.id
     RETURNING m.id`,
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}

function oldMessages(
  tx: Tx,
  which: 'true' | 'text_overdue',
  tenantId: string,
  before: Date,
  { after, limit }: { after: string; limit: number },
): Promise<OldMessage[]> {
  return tx.query<OldMessage[]>(
    `SELECT m.id, r.id AS "deliveryId", m.text_removed_at IS NULL AS "hasText",
            m.text_removed_at IS NULL AND ${ENDED} AND (r.id IS NULL OR NOT ${UNDER_WAY})
              AND CASE WHEN m.direction = 'in' THEN m.created_at ELSE coalesce(m.sent_at, m.updated_at) END < $4
              AS removable
     FROM (
       SELECT id, delivery_id, direction, state, created_at, sent_at, updated_at, text_removed_at FROM messages
       WHERE tenant_id = $1 AND ${which} AND id > $2 AND id < $3 ORDER BY id LIMIT $5
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

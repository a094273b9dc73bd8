import type { Tx } from '../../../db/index.js';
import { isIn } from '../delivery-stage.js';

/** One that may yet be handed over. */
const UNDER_WAY = isIn(['pending', 'queued', 'sending'], 'r');

/** The stages of what has ended; those before are of what is under way. */
const FIRST_END = 2;
const LAST_END = 6;

/** When it left, or was given up: a receipt or an answer that comes later does not count. */
const LEFT_AT = 'coalesce(r.sent_at, r.updated_at)';

/** A place in the recipients of a campaign, in the order of their index. */
export interface RecipientPlace {
  stage: number;
  id: string;
}

export const FIRST_PLACE: RecipientPlace = { stage: -1, id: '00000000-0000-0000-0000-000000000000' };

/** What one page did: where the next one begins, undefined behind the last, and how many recipients it removed. */
export interface RemovedRecipients {
  last: RecipientPlace | undefined;
  removed: number;
}

/**
 * Removes, with their messages, those of the next `limit` ended recipients of a campaign behind `after` that left or were
 * given up before that time. The caller has locked the campaign. What somebody else has locked is left for the next time.
 * The counters of the campaign stay, because nothing is counted when rows are deleted.
 */
export async function removeEndedRecipients(
  tx: Tx,
  campaignId: string,
  before: Date,
  { after, limit }: { after: RecipientPlace; limit: number },
): Promise<RemovedRecipients> {
  const page = await tx.query<(RecipientPlace & { removable: boolean })[]>(
    `SELECT r.id, r.stage, ${LEFT_AT} < $2 AS removable
     FROM deliveries r
     WHERE r.campaign_id = $1 AND r.stage >= ${FIRST_END} AND r.stage <= ${LAST_END}
       AND (r.stage, r.id) > ($3::smallint, $4::uuid)
     ORDER BY r.stage, r.id LIMIT $5`,
    [campaignId, before, after.stage, after.id, limit],
  );
  const removed = await removeEnded(
    tx,
    page.filter(({ removable }) => removable).map(({ id }) => id),
  );
  return { last: page.length < limit ? undefined : page.at(-1), removed };
}

/** Whether the campaign has any recipient, in whatever state: the first one in the order of the index (see hasAnyIn). */
export async function hasRecipients(tx: Tx, campaignId: string): Promise<boolean> {
  const rows = await tx.query<unknown[]>(
    'SELECT 1 FROM deliveries WHERE campaign_id = $1 ORDER BY stage, id LIMIT 1',
    [campaignId],
  );
  return rows.length > 0;
}

/**
 * Of these requests: deliveries, with their messages, that left or were given up before that time, `limit` at most, and then
 * the requests that have none any more. Returns how many deliveries went, and whether there may be more.
 */
export async function removeOfSends(
  tx: Tx,
  sendIds: string[],
  before: Date,
  limit: number,
): Promise<{ removed: number; more: boolean }> {
  const sends = await lockSends(tx, sendIds);
  const found = await tx.query<{ id: string }[]>(
    `SELECT old.id
     FROM unnest($1::uuid[]) AS asked (id)
     CROSS JOIN LATERAL (
       SELECT r.id FROM deliveries r
       WHERE r.source_id = asked.id AND NOT ${UNDER_WAY} AND ${LEFT_AT} < $2
       ORDER BY r.id LIMIT $3
     ) old
     LIMIT $3`,
    [sends, before, limit],
  );
  const removed = await removeEnded(
    tx,
    found.map(({ id }) => id),
  );
  await tx.query(
    `DELETE FROM sends s WHERE s.id = ANY($1::uuid[])
       AND NOT EXISTS (SELECT FROM deliveries r WHERE r.source_id = s.id)`,
    [sends],
  );
  return { removed, more: removed > 0 && found.length === limit };
}

/** The next requests of a tenant behind `after` that were made before the one of this id would be. */
export async function sendsBetween(
  tx: Tx,
  tenantId: string,
  { after, until, limit }: { after: string; until: string; limit: number },
): Promise<string[]> {
  const rows = await tx.query<{ id: string }[]>(
    'SELECT id FROM sends WHERE tenant_id = $1 AND id > $2 AND id < $3 ORDER BY id LIMIT $4',
    [tenantId, after, until, limit],
  );
  return rows.map(({ id }) => id);
}

/** Before their deliveries, as all code does. What somebody else has locked is left for the next time. */
async function lockSends(tx: Tx, ids: string[]): Promise<string[]> {
  const rows = await tx.query<{ id: string }[]>(
    'SELECT id FROM sends WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE SKIP LOCKED',
    [ids],
  );
  return rows.map(({ id }) => id);
}

/** Locks before it asks again, because a late receipt may send a delivery on whose end was not known. */
async function removeEnded(tx: Tx, ids: string[]): Promise<number> {
  const rows = await tx.query<{ id: string }[]>(
    `SELECT r.id FROM deliveries r WHERE r.id = ANY($1::uuid[]) AND NOT ${UNDER_WAY}
     ORDER BY r.id FOR UPDATE SKIP LOCKED`,
    [ids],
  );
  const ended = rows.map(({ id }) => id);
  if (ended.length === 0) return 0;
  await tx.query(`DELETE FROM messages WHERE delivery_id = ANY($1::uuid[]) AND direction = 'out'`, [ended]);
  await tx.query('DELETE FROM deliveries WHERE id = ANY($1::uuid[])', [ended]);
  return ended.length;
}

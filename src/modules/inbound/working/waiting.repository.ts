import type { Tx } from '../../../db/index.js';
import { inboundFromJson, type InboundEvent } from '../../../transports/inbound.js';
import type { WaitingEvent } from '../core/by-person.js';
import { ownerOf } from '../../contacts/index.js';

const WAITING = 'e.done_at IS NULL AND e.parked_at IS NULL';

/** An event that is not worked off, without what it says. */
export interface Waiting extends WaitingEvent {
  id: string;
  /** A plain message that has not failed yet. */
  plain: boolean;
  /** It failed a moment ago: it, and what follows of its person, waits. */
  resting: boolean;
}

/** One that is locked for this transaction. */
export interface LockedEvent {
  id: string;
  tenantId: string;
  senderId: string;
  lines: string[];
  event: InboundEvent;
}

/**
 * The oldest ones from this one on, in the order in which they were stored. Whatever waits between two of these is among them.
 */
export function readWaiting(tx: Tx, from: string, limit: number): Promise<Waiting[]> {
  return tx.query(
    `SELECT e.id, e.tenant_id AS "tenantId", e.lines, e.plain AND e.failures = 0 AS plain,
            coalesce(e.retry_at > now(), false) AS resting,
            ARRAY(SELECT ${ownerOf('given.line', 'e.tenant_id')} FROM unnest(e.lines) AS given (line)) AS "contactIds"
     FROM inbound_events e WHERE ${WAITING} AND e.id >= $1 ORDER BY e.id LIMIT $2`,
    [from, limit],
  );
}

/** Of these events those that still wait and that no other worker has, the oldest first. */
export async function lockWaiting(tx: Tx, ids: readonly string[]): Promise<LockedEvent[]> {
  const rows: (Omit<LockedEvent, 'event'> & { payload: object })[] = await tx.query(
    `SELECT e.id, e.tenant_id AS "tenantId", e.sender_id AS "senderId", e.lines, e.payload
     FROM inbound_events e WHERE e.id = ANY($1::bigint[]) AND ${WAITING}
     ORDER BY e.id FOR UPDATE SKIP LOCKED`,
    [ids],
  );
  return rows.map(({ payload, ...row }) => ({ ...row, event: inboundFromJson(payload) }));
}

/** An event that was parked and keeps claims back; undefined where it does not. */
export async function lockParkedStop(tx: Tx, id: string): Promise<LockedEvent | undefined> {
  const [row]: (Omit<LockedEvent, 'event'> & { payload: object })[] = await tx.query(
    `SELECT id, tenant_id AS "tenantId", sender_id AS "senderId", lines, payload
     FROM inbound_events WHERE id = $1 AND parked_at IS NOT NULL AND stops FOR UPDATE`,
    [id],
  );
  return row && { ...row, event: inboundFromJson(row.payload) };
}

/** Parked events that still keep claims back, the oldest first. */
export async function parkedStops(tx: Tx, limit: number): Promise<string[]> {
  const rows: { id: string }[] = await tx.query(
    `SELECT id FROM inbound_events WHERE stops AND done_at IS NULL AND parked_at IS NOT NULL ORDER BY id LIMIT $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

/** It is obeyed although it could not be worked off: claims need not ask for it. */
export async function markObeyed(tx: Tx, id: string): Promise<void> {
  await tx.query('UPDATE inbound_events SET stops = false WHERE id = $1', [id]);
}

/** Worked off: what it said, and of whom, is forgotten; that it was told stays, so that it is not taken again. */
export async function markDone(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.query(
    `UPDATE inbound_events SET done_at = now(), payload = NULL, lines = '{}' WHERE id = ANY($1::bigint[])`,
    [ids],
  );
}

/** Counts a failure, and lets the event rest, a minute at most; after `most` of them the event is parked. Returns whether it is now. */
export async function noteFailure(
  tx: Tx,
  id: string,
  { error, restMs, most }: { error: string; restMs: number; most: number },
): Promise<boolean> {
  const [rows]: [{ parked: boolean }[], number] = await tx.query(
    `UPDATE inbound_events
     SET failures = failures + 1, error = $2,
         retry_at = now() + make_interval(secs => least(60, $3::float8 / 1000 * power(2, failures))),
         parked_at = CASE WHEN failures + 1 >= $4 THEN now() END
     WHERE id = $1 AND done_at IS NULL AND parked_at IS NULL
     RETURNING parked_at IS NOT NULL AS parked`,
    [id, error, restMs, most],
  );
  return rows[0]?.parked ?? false;
}

/**
 * Of the `limit` oldest rows behind `after` those that were worked off, or parked, before that time are deleted. Returns
 * where to go on; undefined behind the last, and where the rest is younger.
 */
export async function removeOld(
  tx: Tx,
  before: { done: Date; parked: Date },
  { after, limit }: { after: string; limit: number },
): Promise<{ last: string | undefined; removed: number }> {
  const page: { id: string; old: boolean; young: boolean }[] = await tx.query(
    `SELECT id, coalesce(done_at < $1, parked_at < $2, false) AS old, stored_at >= $1 AS young
     FROM inbound_events WHERE id > $3 ORDER BY id LIMIT $4`,
    [before.done, before.parked, after, limit],
  );
  const old = page.filter((row) => row.old).map(({ id }) => id);
  if (old.length > 0) await tx.query('DELETE FROM inbound_events WHERE id = ANY($1::bigint[])', [old]);
  const last = page.at(-1);
  return { last: page.length < limit || last?.young ? undefined : last?.id, removed: old.length };
}

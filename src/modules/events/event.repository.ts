import type { Tx } from '../../db/index.js';
import type { EventKind, NewEvent } from './core/catalog.js';

/** An event that has its place in the order in which all readers see events. */
export interface NumberedEvent {
  position: number;
  tenantId: string;
  kind: EventKind;
  objectId: string;
  /** Counts the events of the object from 1. */
  sequence: number;
  payload: Record<string, unknown>;
  at: Date;
}

/**
 * Writes events in the transaction of the change they tell of. It locks the counter of each object until it commits: so
 * their sequence numbers have no gaps and are in the order of the commits.
 */
export async function writeEvents(tx: Tx, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.query(
    `WITH given AS (
       SELECT tenant_id, kind, object_id, payload::jsonb AS payload, n
       FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[]) WITH ORDINALITY
         AS event(tenant_id, kind, object_id, payload, n)
     ), counted AS (
       INSERT INTO event_sequences AS counter (object_id, tenant_id, last)
       SELECT object_id, tenant_id, count(*) FROM given GROUP BY object_id, tenant_id ORDER BY object_id
       ON CONFLICT (object_id) DO UPDATE SET last = counter.last + excluded.last
       RETURNING object_id, last
     )
     INSERT INTO events (tenant_id, kind, object_id, sequence, payload)
     SELECT tenant_id, kind, object_id,
       last - count(*) OVER (PARTITION BY object_id) + row_number() OVER (PARTITION BY object_id ORDER BY n),
       payload
     FROM given JOIN counted USING (object_id) ORDER BY n`,
    [
      events.map(({ tenantId }) => tenantId),
      events.map(({ kind }) => kind),
      events.map(({ objectId }) => objectId),
      events.map(({ payload }) => JSON.stringify(payload)),
    ],
  );
}

/** Locks how far the numbering or a reader has come, so that one process at a time goes on from there. */
export async function lockPosition(tx: Tx, name: string): Promise<number> {
  const [row]: { position: number }[] = await tx.query(
    `SELECT position::float8 AS position FROM event_positions WHERE name = $1 FOR UPDATE`,
    [name],
  );
  if (!row) throw new Error(`There is no reader of events named ${name}.`);
  return row.position;
}

export async function savePosition(tx: Tx, name: string, position: number): Promise<void> {
  await tx.query('UPDATE event_positions SET position = $2 WHERE name = $1', [name, position]);
}

/**
 * Gives committed events the positions behind `last`, the oldest first; returns how many. An event that commits late has
 * a later position than those numbered before.
 */
export async function numberEvents(tx: Tx, last: number, limit: number): Promise<number> {
  const [row]: { count: number }[] = await tx.query(
    `WITH next AS MATERIALIZED (
       SELECT id, at, row_number() OVER (ORDER BY id) AS n FROM events
       WHERE position IS NULL ORDER BY id LIMIT $2
     ), numbered AS (
       UPDATE events SET position = $1::bigint + next.n FROM next
       WHERE events.id = next.id AND events.at = next.at
       RETURNING events.id
     )
     SELECT count(*)::int AS count FROM numbered`,
    [last, limit],
  );
  return row?.count ?? 0;
}

/** The next events behind a position, in order. */
export function eventsAfter(tx: Tx, position: number, limit: number): Promise<NumberedEvent[]> {
  return tx.query<NumberedEvent[]>(
    `SELECT position::float8 AS position, tenant_id AS "tenantId", kind, object_id AS "objectId", sequence, payload, at
     FROM events WHERE position > $1 ORDER BY position LIMIT $2`,
    [position, limit],
  );
}

/** The object is gone: nothing more will be told of it. What was stays for its days. */
export async function forgetSequence(tx: Tx, objectId: string): Promise<void> {
  await tx.query('DELETE FROM event_sequences WHERE object_id = $1', [objectId]);
}

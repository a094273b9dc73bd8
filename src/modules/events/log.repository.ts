import type { Tx } from '../../db/index.js';
import { keyBehind, toPage, type Page, type PageRequest } from '../../lib/pages.js';
import type { EventKind } from './core/catalog.js';
import type { NumberedEvent } from './event.repository.js';

export interface LogEntry<Kind extends EventKind> {
  kind: Kind;
  sequence: number;
  payload: Record<string, unknown>;
  at: Date;
}

export interface LogQuery<Kind extends EventKind> extends PageRequest {
  /** Only these; all unless given. */
  kind?: readonly Kind[] | undefined;
}

/** Copies events to the logs of their objects. */
export async function appendToLog(tx: Tx, events: readonly NumberedEvent[]): Promise<void> {
  await tx.query(
    `INSERT INTO event_log (object_id, sequence, tenant_id, kind, payload, at)
     SELECT object_id, sequence, tenant_id, kind, payload::jsonb, at
     FROM unnest($1::uuid[], $2::integer[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[])
       AS event(object_id, sequence, tenant_id, kind, payload, at)
     ON CONFLICT (object_id, sequence) DO NOTHING`,
    [
      events.map(({ objectId }) => objectId),
      events.map(({ sequence }) => sequence),
      events.map(({ tenantId }) => tenantId),
      events.map(({ kind }) => kind),
      events.map(({ payload }) => JSON.stringify(payload)),
      events.map(({ at }) => at),
    ],
  );
}

/** The log of an object, the newest first, with what was written a moment ago and is not copied yet. */
export async function readLog<Kind extends EventKind>(
  tx: Tx,
  { tenantId, objectId }: { tenantId: string; objectId: string },
  { kind, limit, cursor }: LogQuery<Kind>,
): Promise<Page<LogEntry<Kind>>> {
  const key = keyBehind(cursor, (value): value is string => sequenceOf(value, objectId) !== undefined);
  const before = sequenceOf(key, objectId) ?? null;
  const wanted = `tenant_id = $1 AND object_id = $2 AND ($3::integer IS NULL OR sequence < $3)
    AND ($4::text[] IS NULL OR kind = ANY($4))`;
  const rows = await tx.query<LogEntry<Kind>[]>(
    `SELECT kind, sequence, payload, at FROM (
       SELECT kind, sequence, payload, at FROM event_log WHERE ${wanted}
       UNION ALL
       SELECT kind, sequence, payload, at FROM events WHERE ${wanted}
         AND sequence > (SELECT coalesce(max(sequence), 0) FROM event_log WHERE object_id = $2)) entries
     ORDER BY sequence DESC LIMIT $5`,
    [tenantId, objectId, before, kind ?? null, limit + 1],
  );
  return toPage(rows, limit, ({ sequence }) => [keyOf(objectId, sequence)]);
}

/** Removes at most `limit` entries from before that time, the oldest first; returns how many. */
export async function removeFromLog(tx: Tx, before: Date, limit: number): Promise<number> {
  const [, count] = await tx.query<[unknown[], number]>(
    `DELETE FROM event_log WHERE (object_id, sequence) IN (
       SELECT object_id, sequence FROM event_log WHERE at < $1 ORDER BY at LIMIT $2)`,
    [before, limit],
  );
  return count;
}

const MAX_SEQUENCE = 2_147_483_647;

/** A cursor names its object, so that it leads through no other log. */
function keyOf(objectId: string, sequence: number): string {
  return `${objectId}:${sequence}`;
}

function sequenceOf(key: unknown, objectId: string): number | undefined {
  if (typeof key !== 'string' || !key.startsWith(`${objectId}:`)) return undefined;
  const sequence = Number(key.slice(objectId.length + 1));
  return Number.isInteger(sequence) && sequence > 0 && sequence <= MAX_SEQUENCE ? sequence : undefined;
}

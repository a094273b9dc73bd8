import type { Tx } from '../../../db/index.js';
import { ownerOf } from '../../contacts/index.js';
import type { EventRow, RefusedRow } from '../core/event-row.js';

/**
 * True for an event whose identities are not known to be one person: it may make somebody one who has opted out. Most have one
 * identity, and no more is asked.
 */
const LINKS = `cardinality(heard.lines) > 1 AND (
  SELECT count(DISTINCT coalesce((${ownerOf('given.line', 'heard.tenant_id')})::text, given.line))
  FROM unnest(heard.lines) AS given (line)) > 1`;

/** One statement, in the order given. What is there already was told before. */
export async function insertEvents(tx: Tx, rows: readonly EventRow[]): Promise<void> {
  await tx.query(
    `INSERT INTO inbound_events (tenant_id, sender_id, kind, wa_id, revision, lines, payload, plain, stops)
     SELECT tenant_id, sender_id, kind, wa_id, revision, lines, payload, plain, stops OR (${LINKS})
     FROM (
       SELECT tenant_id, sender_id, kind, wa_id, revision, string_to_array(joined, ' ') AS lines, payload, plain, stops, ordinal
       FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::boolean[],
                   $9::boolean[]) WITH ORDINALITY
         AS told (tenant_id, sender_id, kind, wa_id, revision, joined, payload, plain, stops, ordinal)
     ) heard
     ORDER BY ordinal
     ON CONFLICT (sender_id, kind, wa_id, revision) DO NOTHING`,
    [
      rows.map((row) => row.tenantId),
      rows.map((row) => row.senderId),
      rows.map((row) => row.kind),
      rows.map((row) => row.waId),
      rows.map((row) => row.revision),
      // No identity has a space.
      rows.map((row) => row.lines.join(' ')),
      rows.map((row) => row.payload),
      rows.map((row) => row.plain),
      rows.map((row) => row.stops),
    ],
  );
}

/** What was refused, as events that are parked for good: so it is counted, and kept as long as those. */
export async function insertRefused(tx: Tx, rows: readonly RefusedRow[]): Promise<void> {
  await tx.query(
    `INSERT INTO inbound_events (tenant_id, sender_id, kind, wa_id, revision, lines, plain, stops, parked_at, error)
     SELECT tenant_id, sender_id, kind, wa_id, 'refused', '{}', false, false, now(), error
     FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[]) AS refused (tenant_id, sender_id, kind, wa_id, error)
     ON CONFLICT (sender_id, kind, wa_id, revision) DO NOTHING`,
    [
      rows.map((row) => row.tenantId),
      rows.map((row) => row.senderId),
      rows.map((row) => row.kind),
      rows.map((row) => row.waId),
      rows.map((row) => row.error),
    ],
  );
}

/** Those of them that there are. */
export async function knownTenants(tx: Tx, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows: { id: string }[] = await tx.query('SELECT id FROM tenants WHERE id = ANY($1::uuid[])', [ids]);
  return new Set(rows.map(({ id }) => id));
}

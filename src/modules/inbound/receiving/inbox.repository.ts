import type { Tx } from '../../../db/index.js';
import type { EventRow } from '../core/event-row.js';

/** One statement, in the order given. What is there already was told before. */
export async function insertEvents(tx: Tx, rows: readonly EventRow[]): Promise<void> {
  await tx.query(
    `INSERT INTO inbound_events (tenant_id, sender_id, kind, wa_id, revision, lines, payload, plain, stops)
     SELECT tenant_id, sender_id, kind, wa_id, revision, string_to_array(lines, ' '), payload, plain, stops
     FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::boolean[],
                 $9::boolean[]) WITH ORDINALITY
       AS heard (tenant_id, sender_id, kind, wa_id, revision, lines, payload, plain, stops, ordinal)
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

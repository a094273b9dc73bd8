import type { Tx } from '../../../db/index.js';

/**
 * What sending finds out about a line counts as a check, which saves another look-up. `lines` is a query for `tenant_id`
 * and `line` with the parameters `values`, so that what the caller knows of them is part of the same statement.
 */
export async function noteUnregistered(tx: Tx, lines: string, values: unknown[]): Promise<void> {
  await tx.query(
    `INSERT INTO number_checks (tenant_id, line, on_whatsapp, checked_at)
     SELECT DISTINCT tenant_id, line, false, now() FROM (${lines}) AS lines
     ORDER BY tenant_id, line
     ON CONFLICT (tenant_id, line) DO UPDATE SET on_whatsapp = false, checked_at = excluded.checked_at`,
    values,
  );
}

/** Corrects checks that did not find these lines on WhatsApp. */
export async function noteRegistered(tx: Tx, lines: string, values: unknown[]): Promise<void> {
  await tx.query(
    `UPDATE number_checks n SET on_whatsapp = true, checked_at = now() FROM (${lines}) AS lines
     WHERE n.tenant_id = lines.tenant_id AND n.line = lines.line AND NOT n.on_whatsapp`,
    values,
  );
}

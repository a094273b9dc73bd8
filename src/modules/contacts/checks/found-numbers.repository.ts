import type { Tx } from '../../../db/index.js';

/**
 * What sending finds out about a number counts as a check, which saves another look-up. `numbers` is a query for `tenant_id`
 * and `phone` with the parameters `values`, so that what the caller knows of them is part of the same statement.
 */
export async function noteUnregistered(tx: Tx, numbers: string, values: unknown[]): Promise<void> {
  await tx.query(
    `INSERT INTO number_checks (tenant_id, phone, on_whatsapp, checked_at)
     SELECT DISTINCT tenant_id, phone, false, now() FROM (${numbers}) AS numbers
     ORDER BY tenant_id, phone
     ON CONFLICT (tenant_id, phone) DO UPDATE SET on_whatsapp = false, checked_at = excluded.checked_at`,
    values,
  );
}

/** Corrects checks that did not find these numbers on WhatsApp. */
export async function noteRegistered(tx: Tx, numbers: string, values: unknown[]): Promise<void> {
  await tx.query(
    `UPDATE number_checks n SET on_whatsapp = true, checked_at = now() FROM (${numbers}) AS numbers
     WHERE n.tenant_id = numbers.tenant_id AND n.phone = numbers.phone AND NOT n.on_whatsapp`,
    values,
  );
}

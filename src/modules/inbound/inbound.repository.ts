import type { Tx } from '../../db/index.js';
import { lineOf } from '../../lib/phone-line.js';

const OWNER = `SELECT coalesce(
  (SELECT id FROM contacts WHERE tenant_id = $1 AND line = $2),
  (SELECT contact_id FROM contact_merged_numbers WHERE tenant_id = $1 AND line = $2))`;

/**
 * Locks who has the number, so that a merge, an erasure or a deletion comes before or after what is stored of them.
 * Undefined when nobody has it, or no longer has it after the wait for such a change.
 */
export async function lockContact(tx: Tx, tenantId: string, phone: string): Promise<string | undefined> {
  const rows: { id: string }[] = await tx.query(
    `SELECT c.id FROM contacts c WHERE c.tenant_id = $1 AND c.id = (${OWNER}) FOR NO KEY UPDATE OF c`,
    [tenantId, lineOf(phone)],
  );
  return rows[0]?.id;
}

/** Who has the number, or had it before a merge made it another contact's. */
export async function findContactId(tx: Tx, tenantId: string, phone: string): Promise<string | undefined> {
  const rows: { id: string | null }[] = await tx.query(`SELECT (${OWNER}) AS id`, [tenantId, lineOf(phone)]);
  return rows[0]?.id ?? undefined;
}

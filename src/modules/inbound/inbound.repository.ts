import type { Tx } from '../../db/index.js';
import { lineOf } from '../../lib/phone-line.js';

/** Who has the identity `line` (an expression, as `tenant`), or had the number before a merge made it another contact's. */
export function ownerOf(tenant: string, line: string): string {
  return `coalesce(
    (SELECT id FROM contacts WHERE tenant_id = ${tenant} AND line = ${line}),
    (SELECT contact_id FROM contact_merged_numbers WHERE tenant_id = ${tenant} AND line = ${line}))`;
}

/**
 * Locks who has the number, so that a merge, an erasure or a deletion comes before or after what is stored of them.
 * Undefined when nobody has it, or no longer has it after the wait for such a change.
 */
export async function lockContact(tx: Tx, tenantId: string, phone: string): Promise<string | undefined> {
  const rows: { id: string }[] = await tx.query(
    `SELECT c.id FROM contacts c WHERE c.tenant_id = $1 AND c.id = (SELECT ${ownerOf('$1', '$2')}) FOR NO KEY UPDATE OF c`,
    [tenantId, lineOf(phone)],
  );
  return rows[0]?.id;
}

/** Who has the number, or had it before a merge made it another contact's. */
export async function findContactId(tx: Tx, tenantId: string, phone: string): Promise<string | undefined> {
  const rows: { id: string | null }[] = await tx.query(`SELECT ${ownerOf('$1', '$2')} AS id`, [
    tenantId,
    lineOf(phone),
  ]);
  return rows[0]?.id ?? undefined;
}

import type { Tx } from '../../db/index.js';
import { lineOf } from '../../lib/phone-line.js';

/** Who has the number, or had it before a merge made it another contact's. */
export async function findContactId(tx: Tx, tenantId: string, phone: string): Promise<string | undefined> {
  const rows: { id: string | null }[] = await tx.query(
    `SELECT coalesce(
       (SELECT id FROM contacts WHERE tenant_id = $1 AND line = $2),
       (SELECT contact_id FROM contact_merged_numbers WHERE tenant_id = $1 AND line = $2)) AS id`,
    [tenantId, lineOf(phone)],
  );
  return rows[0]?.id ?? undefined;
}

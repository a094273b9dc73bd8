import type { Tx } from '../../db/index.js';
import { lineOf } from '../../lib/phone-line.js';

export async function findContactId(tx: Tx, tenantId: string, phone: string): Promise<string | undefined> {
  const rows: { id: string }[] = await tx.query(
    'SELECT id FROM contacts WHERE tenant_id = $1 AND line = $2',
    [tenantId, lineOf(phone)],
  );
  return rows[0]?.id;
}

import type { Tx } from '../../../db/index.js';

/**
 * The message up to which retention has come in this tenant, below all ids at first; undefined where the tenant is gone.
 * Locked until the transaction ends, and first of all in it: whatever comes after waits for nobody.
 */
export async function lockMark(tx: Tx, tenantId: string): Promise<string | undefined> {
  await tx.query(
    `INSERT INTO message_text_marks (tenant_id, reached)
     SELECT id, '00000000-0000-0000-0000-000000000000' FROM tenants WHERE id = $1
     ON CONFLICT (tenant_id) DO NOTHING`,
    [tenantId],
  );
  const rows = await tx.query<{ reached: string }[]>(
    'SELECT reached FROM message_text_marks WHERE tenant_id = $1 FOR UPDATE',
    [tenantId],
  );
  return rows[0]?.reached;
}

export async function moveMark(tx: Tx, tenantId: string, reached: string): Promise<void> {
  await tx.query('UPDATE message_text_marks SET reached = $2 WHERE tenant_id = $1', [tenantId, reached]);
}

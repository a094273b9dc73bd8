import type { Tx } from '../../db/index.js';

/** The texts of those of the ids that are templates of the tenant. */
export async function savedTexts(tx: Tx, tenantId: string, ids: string[]): Promise<Map<string, string>> {
  const rows = await tx.query<{ id: string; content: string }[]>(
    'SELECT id, content FROM templates WHERE tenant_id = $1 AND id = ANY($2::uuid[])',
    [tenantId, ids],
  );
  return new Map(rows.map(({ id, content }) => [id, content]));
}

import type { Tx } from './index.js';

/**
 * Whatever is found stays until the transaction ends: an exclusion must not vanish while an audience is made, nor the
 * contact whom a message answers while it is stored.
 */
export async function missingIds(
  tx: Tx,
  table: 'contact_lists' | 'senders' | 'campaigns' | 'contacts',
  tenantId: string,
  ids: string[],
): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await tx.query<{ id: string }[]>(
    `SELECT id FROM ${table} WHERE tenant_id = $1 AND id = ANY($2::uuid[]) FOR KEY SHARE`,
    [tenantId, ids],
  );
  const known = new Set(rows.map(({ id }) => id));
  return new Set(ids.filter((id) => !known.has(id.toLowerCase())));
}

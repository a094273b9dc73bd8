import type { Tx } from '../../../db/index.js';

/** The most that are looked at in one run. */
const LOOKED_AT = 1_000;

/** A recurring campaign reads who is in the import at each of its runs; reads the campaigns module's table. */
const NAMED_BY_SERIES = `EXISTS (
  SELECT FROM campaigns k
  WHERE k.tenant_id = $1 AND k.recurrence IS NOT NULL AND k.status IN ('draft', 'scheduled')
    AND position(i.id::text IN lower((k.audience -> 'importIds')::text)) > 0)`;

/** Ids of imports that ended before that time and that no recurring campaign names, the oldest first. */
export async function endedBefore(tx: Tx, tenantId: string, before: Date): Promise<string[]> {
  const rows = await tx.query<{ id: string }[]>(
    `SELECT i.id FROM imports i
     WHERE i.tenant_id = $1 AND i.created_at < $2 AND i.completed_at < $2 AND i.status IN ('completed', 'failed')
       AND NOT ${NAMED_BY_SERIES}
     ORDER BY i.created_at LIMIT ${LOOKED_AT}`,
    [tenantId, before],
  );
  return rows.map(({ id }) => id);
}

/** Asked again once the import is locked. */
export async function isNamedBySeries(tx: Tx, tenantId: string, id: string): Promise<boolean> {
  const rows = await tx.query<unknown[]>(`SELECT 1 FROM imports i WHERE i.id = $2 AND ${NAMED_BY_SERIES}`, [
    tenantId,
    id,
  ]);
  return rows.length > 0;
}

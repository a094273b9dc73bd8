import type { Tx } from '../../db/index.js';

/** `media`: files of messages; `imports`: uploads that wait to be imported, and rejected rows. */
export type UsageKind = 'media' | 'imports';

/**
 * Adds to what a tenant keeps, or takes away, and returns the sum in bytes. Whoever else changes it waits until this
 * transaction ends, so that two cannot pass a quota together: call it last.
 */
export async function changeUsage(tx: Tx, tenantId: string, kind: UsageKind, bytes: number): Promise<number> {
  const rows = await tx.query<{ bytes: string }[]>(
    `INSERT INTO tenant_usage AS usage (tenant_id, kind, bytes) VALUES ($1, $2, $3)
     ON CONFLICT (tenant_id, kind) DO UPDATE SET bytes = usage.bytes + excluded.bytes
     RETURNING bytes`,
    [tenantId, kind, bytes],
  );
  return Number(rows[0]?.bytes ?? 0);
}

/** What a tenant keeps of a kind now, in bytes. */
export async function usageOf(tx: Tx, tenantId: string, kind: UsageKind): Promise<number> {
  const rows = await tx.query<{ bytes: string }[]>(
    'SELECT bytes FROM tenant_usage WHERE tenant_id = $1 AND kind = $2',
    [tenantId, kind],
  );
  return Number(rows[0]?.bytes ?? 0);
}

import type { Tx } from '../../db/index.js';
import { KEEP_ALL, type Retention } from './core/retention.js';

/** The tenants that have something deleted. */
export async function tenantsWithRetention(tx: Tx): Promise<{ tenantId: string; retention: Retention }[]> {
  const rows = await tx.query<{ tenantId: string; retention: Partial<Retention> }[]>(
    `SELECT tenant_id AS "tenantId", retention FROM tenant_settings WHERE retention IS NOT NULL ORDER BY tenant_id`,
  );
  return rows.map(({ tenantId, retention }) => ({ tenantId, retention: { ...KEEP_ALL, ...retention } }));
}

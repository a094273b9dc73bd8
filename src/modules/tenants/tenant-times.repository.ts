import type { Tx } from '../../db/index.js';
import { DEFAULT_TIMES, type TenantTimes } from './core/sending-hours.js';

/** Reads the tenants module's row: every feed needs it. */
export async function tenantTimes(tx: Tx, tenantId: string): Promise<TenantTimes> {
  const [row] = await tx.query<TenantTimes[]>(
    `SELECT time_zone AS "timeZone", send_window AS "sendWindow", quiet_hours AS "quietHours"
     FROM tenant_settings WHERE tenant_id = $1`,
    [tenantId],
  );
  return row ?? DEFAULT_TIMES;
}

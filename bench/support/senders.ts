import { query } from './services.js';

/** Wide enough for any measurement. */
export const UNLIMITED = 2_000_000_000;

export interface MadeTenant {
  tenantId: string;
  senderIds: string[];
}

/**
 * A tenant with so many senders that may all send at once, written straight into the tables. Every second one is tagged
 * `even`. How they came there is not measured.
 */
export async function tenantWithSenders(databaseUrl: string, count: number): Promise<MadeTenant> {
  const tenantId = crypto.randomUUID();
  await query(databaseUrl, 'INSERT INTO tenants (id, slug, name) VALUES ($1::uuid, $1::text, $1::text)', [
    tenantId,
  ]);
  const rows = await query<{ id: string }>(
    databaseUrl,
    `INSERT INTO senders (id, tenant_id, name, transport, status, tags, quota_per_minute, quota_per_hour, quota_per_day)
     SELECT gen_random_uuid(), $1, 'Sender ' || n, 'simulator', 'connected',
       CASE WHEN n % 2 = 0 THEN '{even}'::text[] ELSE '{odd}'::text[] END, $3, $3, $3
     FROM generate_series(1, $2::int) n RETURNING id`,
    [tenantId, count, UNLIMITED],
  );
  await query(databaseUrl, 'ANALYZE senders');
  return { tenantId, senderIds: rows.map(({ id }) => id) };
}

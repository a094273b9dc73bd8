import { query } from './services.js';

/** Wide enough for any measurement. */
export const UNLIMITED = 2_000_000_000;

export interface MadeTenant {
  tenantId: string;
  senderIds: string[];
}

/**
 * A tenant with so many senders that may all send at once, written straight into the tables. Every second one is tagged
 * `even`, and all are hosted by one worker. How they came there is not measured.
 */
export async function tenantWithSenders(
  databaseUrl: string,
  count: number,
  workerId: string,
): Promise<MadeTenant> {
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
  await query(
    databaseUrl,
    `INSERT INTO sessions (sender_id, tenant_id, desired_state, worker_id, lease_expires_at)
     SELECT id, tenant_id, 'connected', $2, now() + interval '1 day' FROM senders WHERE tenant_id = $1`,
    [tenantId, workerId],
  );
  await query(databaseUrl, 'ANALYZE senders, sender_slots, sender_tags, sessions');
  return { tenantId, senderIds: rows.map(({ id }) => id) };
}

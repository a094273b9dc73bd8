import { until } from '../../src/demo/until.js';
import { query } from './services.js';

/**
 * Makes so many senders of the only tenant, with the default quotas, and asks for their connections as the API would;
 * returns how many seconds it took until the last one was connected. Making the rows is not measured.
 */
export async function connectMany(databaseUrl: string, count: number): Promise<number> {
  await query(
    databaseUrl,
    `INSERT INTO senders (id, tenant_id, name, transport, status)
     SELECT gen_random_uuid(), (SELECT id FROM tenants LIMIT 1), 'Sender ' || n, 'simulator', 'connecting'
     FROM generate_series(1, $1::int) n`,
    [count],
  );
  const started = performance.now();
  // The worker finds them with its next heartbeat, as it finds those of a worker that died.
  await query(
    databaseUrl,
    `INSERT INTO sessions (sender_id, tenant_id, desired_state) SELECT id, tenant_id, 'connected' FROM senders`,
  );
  await until(`${count} connected senders`, () => allConnected(databaseUrl, count), {
    timeoutMs: 300_000,
    everyMs: 250,
  });
  const seconds = (performance.now() - started) / 1_000;
  await query(databaseUrl, 'ANALYZE senders, sender_slots, sessions');
  return seconds;
}

async function allConnected(databaseUrl: string, count: number): Promise<true | undefined> {
  const [row] = await query<{ connected: number }>(
    databaseUrl,
    `SELECT count(*)::int AS connected FROM senders WHERE status = 'connected'`,
  );
  return (row?.connected ?? 0) >= count ? true : undefined;
}

/** As if the senders had rested for a day. */
export async function restSenders(databaseUrl: string): Promise<void> {
  await query(
    databaseUrl,
    `UPDATE sender_slots SET minute_started_at = NULL, minute_used = 0, hour_started_at = NULL, hour_used = 0,
       day_started_at = NULL, day_used = 0, next_available_at = now()`,
  );
}

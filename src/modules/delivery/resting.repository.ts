import type { Tx } from '../../db/index.js';
import { lockDeliveries } from './delivery.repository.js';
import type { DeliveryRest } from './delivery.types.js';

/**
 * Deliveries that no campaign feeds wait for their hours in the database: a job for each, that looks at the hours every
 * minute, would be thousands a minute for a bulk. Those that another worker has claimed or changed stay as they are.
 */
export async function restForHours(tx: Tx, rests: DeliveryRest[]): Promise<undefined[]> {
  const deliveries = await lockDeliveries(
    tx,
    rests.map(({ deliveryId }) => deliveryId),
  );
  const resting = rests.filter(({ tenantId, deliveryId, claimEpoch }) => {
    const now = deliveries.get(deliveryId);
    return now?.tenantId === tenantId && now.state === 'queued' && now.claimEpoch === claimEpoch;
  });
  await tx.query(
    `WITH resting AS (
       UPDATE deliveries r SET state = 'pending', send_at = a.look_at, updated_at = now(),
         wait_reason = a.reason, wait_until = a.until, wait_since = coalesce(r.wait_since, now())
       FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[]) AS a (delivery_id, reason, until, look_at)
       WHERE r.id = a.delivery_id
       RETURNING r.id
     )
     -- Its own time has come: what it waits for now is said of messages that are queued.
     UPDATE messages m SET state = 'queued', updated_at = now()
     FROM resting WHERE m.delivery_id = resting.id AND m.direction = 'out' AND m.state = 'pending'`,
    [
      resting.map(({ deliveryId }) => deliveryId),
      resting.map(({ reason }) => reason),
      resting.map(({ until }) => until),
      resting.map(({ lookAt }) => lookAt),
    ],
  );
  return rests.map(() => undefined);
}

/** Reasons of those that rest; the others are over sooner, or have no end that is known. */
export const HOURS_REASONS = "('outside_window', 'quiet_hours')";

/**
 * Settings count as changed for this much longer than rows say: clocks differ, and a change may come between the look at
 * the hours and the rest.
 */
const SLACK = "interval '1 minute'";

/** Tenants whose settings have changed so lately that what rests may not have been looked at since. */
export async function tenantsWithNewHours(tx: Tx, lookEveryMs: number): Promise<string[]> {
  const rows = await tx.query<{ id: string }[]>(
    `SELECT tenant_id AS id FROM tenant_settings
     WHERE updated_at > now() - make_interval(secs => $1::float8 / 1000) - ${SLACK}`,
    [lookEveryMs],
  );
  return rows.map(({ id }) => id);
}

/**
 * Makes due what rests at these tenants and was not looked at since their settings changed; at most `limit`. Its hours
 * decide anew.
 */
export async function wakeResting(tx: Tx, tenantIds: readonly string[], limit: number): Promise<number> {
  const [row] = await tx.query<{ woken: number }[]>(
    `WITH resting AS (
       SELECT r.id FROM deliveries r JOIN tenant_settings s ON s.tenant_id = r.tenant_id
       WHERE r.campaign_id IS NULL AND r.stage = 0 AND r.send_at > now() AND r.tenant_id = ANY($1::uuid[])
         AND r.wait_reason IN ${HOURS_REASONS} AND r.updated_at < s.updated_at + ${SLACK}
       LIMIT $2 FOR NO KEY UPDATE OF r SKIP LOCKED
     ), woken AS (
       UPDATE deliveries r SET send_at = now(), wait_reason = NULL, wait_since = NULL, wait_until = NULL
       FROM resting WHERE r.id = resting.id RETURNING r.id)
     SELECT count(*)::int AS woken FROM woken`,
    [tenantIds, limit],
  );
  return row?.woken ?? 0;
}

import type { Tx } from '../../db/index.js';
import { inHalves, type Failed } from '../../lib/in-halves.js';
import { unavailableResource } from '../../lib/transient-errors.js';
import type { TransportName } from '../../transports/transport.js';
import type { Lane } from './core/lane.js';
import type { SourceRef } from './core/source-kind.js';
import { endWaiting } from './end-waiting.repository.js';
import { isIn } from './delivery-stage.js';
import { WORKER_BEFORE_RESTORE, type UnknownChoice, type MessageAttempt } from './core/attempt.js';

export interface LostDelivery {
  id: string;
  tenantId: string;
  claimEpoch: number;
  lane: Lane;
}

/** A delivery whose job may have been lost, and how its job is to be queued again. */
export interface QueuedDelivery extends LostDelivery {
  /** As in EnqueueOptions; null goes before all others. */
  priority: number | null;
  /** One that has to wait for its time. */
  delayMs: number;
}

/**
 * Queues deliveries that no campaign feeds and whose time comes within the horizon: scheduled ones, and those that were
 * put back. They have no job before that, so that the queue does not hold the jobs of a whole year.
 *
 * One that PostgreSQL refuses to queue does not keep the others from their time: it is found by halving, and ends as
 * `failed` with `internal_error`; `left` are those that cannot be ended either. `except` leaves out what a pass has had
 * already. Each statement is a transaction of its own: `tx` must be none.
 */
export async function queueDue(
  tx: Tx,
  horizonMs: number,
  limit: number,
  except: readonly string[] = [],
): Promise<{ queued: QueuedDelivery[]; ended: number; left: Failed<string>[] }> {
  const parameters = [horizonMs, limit, except];
  const locked = `${DUE} FOR NO KEY UPDATE SKIP LOCKED`;
  try {
    return { queued: await tx.query(queueAll(locked), parameters), ended: 0, left: [] };
  } catch (error) {
    if (unavailableResource(error) !== undefined) throw error;
  }
  const due = await tx.query<{ id: string }[]>(DUE, parameters);
  const queued: QueuedDelivery[] = [];
  const refused = await inHalves(
    due.map(({ id }) => id),
    async (ids) => {
      queued.push(...(await tx.query<QueuedDelivery[]>(queueAll(DUE_BY_ID), [ids])));
    },
  );
  const waiting = { sql: REFUSED, parameters: [refused.map(({ item }) => item)] };
  const { ended, left } = await endWaiting(tx, 'internal_error', waiting, limit);
  return { queued, ended, left };
}

const DUE = `SELECT id, NULL::smallint AS priority FROM deliveries
  WHERE campaign_id IS NULL AND stage = 0 AND send_at <= now() + make_interval(secs => $1::float8 / 1000)
    AND id <> ALL($3::uuid[])
  ORDER BY send_at LIMIT $2`;

const DUE_BY_ID = `SELECT id, NULL::smallint AS priority FROM deliveries
  WHERE id = ANY($1::uuid[]) AND state = 'pending' FOR NO KEY UPDATE SKIP LOCKED`;

const REFUSED = `SELECT recipient.id FROM deliveries recipient
  WHERE recipient.id = ANY($1::uuid[]) AND recipient.state = 'pending'`;

function queueAll(due: string): string {
  return `WITH due AS (${due}
     ), queued AS (
       UPDATE deliveries r SET state = 'queued', claim_epoch = r.claim_epoch + 1, queued_at = now(), updated_at = now()
       FROM due WHERE r.id = due.id
       RETURNING ${OFFERED})
     SELECT * FROM queued`;
}

/** The database's time `ms` milliseconds ago: rows carry the database's times. */
export async function timeBefore(tx: Tx, ms: number): Promise<Date> {
  const [row]: { at: Date }[] = await tx.query(
    'SELECT now() - make_interval(secs => $1::float8 / 1000) AS at',
    [ms],
  );
  if (!row) throw new Error('The database does not know the time.');
  return row.at;
}

/** Of campaigns that are not over; with the campaign's priority, and null for what goes before campaigns. */
const QUEUED_OF_CAMPAIGNS = `
  SELECT r.id, k.priority FROM campaigns k JOIN deliveries r ON r.campaign_id = k.id
  WHERE (k.status IN ('running', 'paused') OR (k.status = 'stopped' AND k.updated_at > now() - interval '1 day'))
    AND ${isIn(['queued'], 'r')} AND r.updated_at <= $1::timestamptz AND r.id <> ALL($3::uuid[])
  LIMIT $2`;

const QUEUED_WITHOUT_CAMPAIGN = `
  SELECT r.id, NULL::smallint AS priority FROM deliveries r
  WHERE r.campaign_id IS NULL AND ${isIn(['queued'], 'r')} AND r.updated_at <= $1::timestamptz
    AND r.id <> ALL($3::uuid[])
  LIMIT $2`;

const OFFERED = `r.id, r.tenant_id AS "tenantId", r.claim_epoch AS "claimEpoch", r.lane, due.priority,
  CASE WHEN r.send_at > now() THEN extract(epoch FROM r.send_at - now())::float8 * 1000 ELSE 0 END AS "delayMs"`;

/**
 * Deliveries that have been `queued` since before a time, of sources that are not over. Most of them only wait for a
 * sender; one whose job was lost gets a new one. Touching the rows keeps each from being looked at again at once.
 *
 * Those that PostgreSQL refuses to touch make the others wait no longer: they are found by halving, and returned like
 * them, because it is their job that ends them. `except` leaves out what a pass has had already.
 */
export async function takeQueuedBefore(
  tx: Tx,
  before: Date,
  limit: number,
  except: readonly string[] = [],
): Promise<{ taken: QueuedDelivery[]; untouched: Failed<QueuedDelivery>[] }> {
  const parameters = [before, limit, except];
  try {
    const taken: QueuedDelivery[] = await tx.query(
      `WITH of_campaigns AS (${QUEUED_OF_CAMPAIGNS} FOR NO KEY UPDATE OF r SKIP LOCKED
       ), others AS (${QUEUED_WITHOUT_CAMPAIGN} FOR NO KEY UPDATE OF r SKIP LOCKED
       ), due AS (SELECT * FROM others UNION ALL SELECT * FROM of_campaigns
       ), touched AS (
         UPDATE deliveries r SET updated_at = now() FROM due WHERE r.id = due.id
         RETURNING ${OFFERED})
       SELECT * FROM touched`,
      parameters,
    );
    return { taken, untouched: [] };
  } catch (error) {
    if (unavailableResource(error) !== undefined) throw error;
  }
  const found: QueuedDelivery[] = await tx.query(
    `SELECT ${OFFERED} FROM ((${QUEUED_WITHOUT_CAMPAIGN}) UNION ALL (${QUEUED_OF_CAMPAIGNS})) due
     JOIN deliveries r ON r.id = due.id`,
    parameters,
  );
  const untouched = await inHalves(found, async (deliveries) => {
    await tx.query(
      `UPDATE deliveries SET updated_at = now() WHERE id = ANY($1::uuid[]) AND state = 'queued'`,
      [deliveries.map(({ id }) => id)],
    );
  });
  return { taken: found, untouched };
}

export interface StaleClaim extends LostDelivery, SourceRef {
  contactId: string;
  messageId: string;
  messageState: string;
  senderId: string;
  waMessageId: string | null;
  lastPart: boolean;
  onUnknown: UnknownChoice;
  attempts: MessageAttempt[];
  /** Known from the journal only, after a restore. */
  isRestored: boolean;
  /** Undefined when the sender was deleted. */
  transport: TransportName | undefined;
}

/** The worker that made the claim has signed off, or was silent for so long that others may host its sessions. */
const WORKER_IS_GONE = `(m.worker_id IS NOT NULL AND NOT EXISTS (
  SELECT FROM workers w
  WHERE w.id = m.worker_id AND w.heartbeat_at > now() - make_interval(secs => $3::float8 / 1000)))`;

/**
 * Deliveries in `sending` whose worker is gone, or frozen: their claim is older than any send takes; with `only`, this
 * one if it is among them. Locked until the transaction ends.
 */
export async function lockStaleClaims(
  tx: Tx,
  limits: { olderThanMs: number; workerSilentMs: number; limit: number; only?: string },
): Promise<StaleClaim[]> {
  return await tx.query(
    `WITH stale AS (
       SELECT r.id FROM (
         SELECT r.* FROM campaigns k JOIN deliveries r ON r.campaign_id = k.id
         WHERE k.status IN ('running', 'paused', 'stopped') AND ${isIn(['sending'], 'r')}
         UNION ALL
         SELECT r.* FROM deliveries r WHERE r.campaign_id IS NULL AND ${isIn(['sending'], 'r')}) r
       JOIN messages m ON m.delivery_id = r.id AND m.part = r.next_part AND m.direction = 'out'
       WHERE (r.updated_at < now() - make_interval(secs => $1::float8 / 1000) OR ${WORKER_IS_GONE})
         AND ($4::uuid IS NULL OR r.id = $4)
       LIMIT $2
     ), locked AS (
       SELECT r.* FROM deliveries r JOIN stale ON stale.id = r.id
       WHERE r.state = 'sending'
       ORDER BY r.id FOR NO KEY UPDATE OF r SKIP LOCKED
     )
     SELECT r.id, r.tenant_id AS "tenantId", r.source, coalesce(r.source_id, r.campaign_id) AS "sourceId",
            r.contact_id AS "contactId", r.claim_epoch AS "claimEpoch", r.lane, m.id AS "messageId", m.state AS "messageState",
            m.sender_id AS "senderId", m.wa_message_id AS "waMessageId",
            m.part + 1 >= r.parts AS "lastPart", s.transport,
            coalesce(k.on_unknown, 'leave') AS "onUnknown", m.attempts,
            m.worker_id IS NOT DISTINCT FROM '${WORKER_BEFORE_RESTORE}' AS "isRestored"
     FROM locked r
     LEFT JOIN campaigns k ON k.id = r.campaign_id
     JOIN messages m ON m.delivery_id = r.id AND m.part = r.next_part AND m.direction = 'out'
     LEFT JOIN senders s ON s.id = m.sender_id AND s.tenant_id = r.tenant_id`,
    [limits.olderThanMs, limits.limit, limits.workerSilentMs, limits.only ?? null],
  );
}

/**
 * Back into the queue with everything needed to send the same message again: the row keeps its id and sender. The epoch
 * rises, so the old worker, should it wake up, can write nothing. A message that a receipt has just moved on is left to
 * the next run. Returns those that were requeued.
 */
export async function requeueForResend(tx: Tx, claims: StaleClaim[]): Promise<LostDelivery[]> {
  return await tx.query(
    `WITH requeued AS (
       UPDATE messages SET state = 'queued', updated_at = now(),
         attempts = attempts || jsonb_build_object('at', now(), 'senderId', sender_id, 'outcome', 'requeued',
                                                   'code', 'worker_lost')
       WHERE id = ANY($1::uuid[]) AND state = 'sending'
       RETURNING delivery_id AS id
     ), queued AS (
       UPDATE deliveries r SET state = 'queued', claim_epoch = claim_epoch + 1, updated_at = now()
       FROM requeued WHERE r.id = requeued.id AND r.state = 'sending'
       RETURNING r.id, r.tenant_id, r.claim_epoch, r.lane
     )
     SELECT id, tenant_id AS "tenantId", claim_epoch AS "claimEpoch", lane FROM queued`,
    [claims.map((claim) => claim.messageId)],
  );
}

/**
 * The end of a hand-over that cannot be resolved in any other way: `unknown`, with as little as can be written. A receipt
 * can still settle it.
 */
export async function leaveUnknown(tx: Tx, { id, messageId, claimEpoch }: StaleClaim): Promise<void> {
  await tx.query(
    `WITH left_unknown AS (
       UPDATE deliveries SET state = 'unknown', code = 'internal_error', updated_at = now()
       WHERE id = $1 AND state = 'sending' AND claim_epoch = $3 RETURNING id)
     UPDATE messages m SET state = CASE WHEN m.id = $2 THEN 'unknown' ELSE 'skipped' END, code = 'internal_error',
       updated_at = now()
     FROM left_unknown WHERE m.delivery_id = left_unknown.id AND m.direction = 'out'
       AND (m.id = $2 AND m.state = 'sending' OR m.state IN ('queued', 'pending'))`,
    [id, messageId, claimEpoch],
  );
}

import type { Tx } from '../../db/index.js';
import { inHalves, type Failed } from '../../lib/in-halves.js';
import { unavailableResource } from '../../lib/transient-errors.js';
import type { TransportName } from '../../transports/transport.js';
import { isIn } from './delivery-stage.js';
import type { UnknownChoice, MessageAttempt } from './core/attempt.js';
import { PARTS_OF_RECIPIENT } from './parts-of-recipient.js';

export interface LostRecipient {
  id: string;
  tenantId: string;
  campaignId: string;
  claimEpoch: number;
}

/** A recipient whose job may have been lost, and how its job is to be queued again. */
export interface QueuedRecipient extends LostRecipient {
  /** As in EnqueueOptions; null goes before all others. */
  priority: number | null;
  /** A direct message that has to wait for its time. */
  delayMs: number;
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

const DUE = `(k.status IN ('running', 'paused') OR (k.status = 'stopped' AND k.updated_at > now() - interval '1 day'))
  AND (k.kind = 'campaign' OR k.scheduled_at IS NULL OR k.scheduled_at <= now() + interval '5 minutes')`;

const OFFERED = `r.id, r.tenant_id AS "tenantId", r.campaign_id AS "campaignId", r.claim_epoch AS "claimEpoch",
  CASE WHEN due.kind = 'campaign' THEN due.priority END AS priority,
  CASE WHEN due.kind = 'direct' AND due.scheduled_at > now()
       THEN extract(epoch FROM due.scheduled_at - now())::float8 * 1000 ELSE 0 END AS "delayMs"`;

/**
 * Recipients that have been `queued` since before a time in campaigns that are not over. Most of them only wait for a
 * sender; one whose job was lost gets a new one. Touching the rows keeps each from being looked at again at once.
 * Scheduled direct messages are among them from some minutes before their time, and have no job before that.
 *
 * Those that PostgreSQL refuses to touch make the others wait no longer: they are found by halving, and returned like
 * them, because it is their job that ends them. `except` leaves out what a pass has had already.
 */
export async function takeQueuedBefore(
  tx: Tx,
  before: Date,
  limit: number,
  except: readonly string[] = [],
): Promise<{ taken: QueuedRecipient[]; untouched: Failed<QueuedRecipient>[] }> {
  const queued = (columns: string) => `SELECT ${columns} FROM campaigns k
    JOIN deliveries r ON r.campaign_id = k.id
    WHERE ${DUE} AND ${isIn(['queued'], 'r')} AND r.updated_at <= $1::timestamptz AND r.id <> ALL($3::uuid[])
    LIMIT $2`;
  const parameters = [before, limit, except];
  try {
    const taken: QueuedRecipient[] = await tx.query(
      `WITH due AS (${queued('r.id, k.kind, k.priority, k.scheduled_at')} FOR NO KEY UPDATE OF r SKIP LOCKED
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
  const found: QueuedRecipient[] = await tx.query(
    `SELECT ${OFFERED} FROM (${queued('r.id, k.kind, k.priority, k.scheduled_at')}) due
     JOIN deliveries r ON r.id = due.id`,
    parameters,
  );
  const untouched = await inHalves(found, async (recipients) => {
    await tx.query(
      `UPDATE deliveries SET updated_at = now() WHERE id = ANY($1::uuid[]) AND state = 'queued'`,
      [recipients.map(({ id }) => id)],
    );
  });
  return { taken: found, untouched };
}

export interface StaleClaim extends LostRecipient {
  contactId: string;
  messageId: string;
  messageState: string;
  senderId: string;
  waMessageId: string | null;
  lastPart: boolean;
  onUnknown: UnknownChoice;
  attempts: MessageAttempt[];
  /** Undefined when the sender was deleted. */
  transport: TransportName | undefined;
}

/** The worker that made the claim has signed off, or was silent for so long that others may host its sessions. */
const WORKER_IS_GONE = `(m.worker_id IS NOT NULL AND NOT EXISTS (
  SELECT FROM workers w
  WHERE w.id = m.worker_id AND w.heartbeat_at > now() - make_interval(secs => $3::float8 / 1000)))`;

/**
 * Recipients in `sending` whose worker is gone, or frozen: their claim is older than any send takes; with `only`, this
 * one if it is among them. Locked until the transaction ends.
 */
export async function lockStaleClaims(
  tx: Tx,
  limits: { olderThanMs: number; workerSilentMs: number; limit: number; only?: string },
): Promise<StaleClaim[]> {
  return await tx.query(
    `WITH stale AS (
       SELECT r.id FROM campaigns k
       JOIN deliveries r ON r.campaign_id = k.id
       JOIN messages m ON m.delivery_id = r.id AND m.part = r.next_part AND m.direction = 'out'
       WHERE k.status IN ('running', 'paused', 'stopped') AND ${isIn(['sending'], 'r')}
         AND (r.updated_at < now() - make_interval(secs => $1::float8 / 1000) OR ${WORKER_IS_GONE})
         AND ($4::uuid IS NULL OR r.id = $4)
       LIMIT $2
     ), locked AS (
       SELECT r.* FROM deliveries r JOIN stale ON stale.id = r.id
       WHERE r.state = 'sending'
       ORDER BY r.id FOR NO KEY UPDATE OF r SKIP LOCKED
     )
     SELECT r.id, r.tenant_id AS "tenantId", r.campaign_id AS "campaignId", r.contact_id AS "contactId",
            r.claim_epoch AS "claimEpoch", m.id AS "messageId", m.state AS "messageState",
            m.sender_id AS "senderId", m.wa_message_id AS "waMessageId",
            m.part + 1 >= jsonb_array_length(${PARTS_OF_RECIPIENT}) AS "lastPart", s.transport,
            k.on_unknown AS "onUnknown", m.attempts
     FROM locked r
     JOIN campaigns k ON k.id = r.campaign_id
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
export async function requeueForResend(tx: Tx, claims: StaleClaim[]): Promise<LostRecipient[]> {
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
       RETURNING r.id, r.tenant_id, r.campaign_id, r.claim_epoch
     )
     SELECT id, tenant_id AS "tenantId", campaign_id AS "campaignId", claim_epoch AS "claimEpoch" FROM queued`,
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
     UPDATE messages m SET state = 'unknown', code = 'internal_error', updated_at = now()
     FROM left_unknown WHERE m.id = $2 AND m.state = 'sending'`,
    [id, messageId, claimEpoch],
  );
}

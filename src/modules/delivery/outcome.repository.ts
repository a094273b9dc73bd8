import type { Tx } from '../../db/index.js';
import { noteUnregistered } from '../contacts/index.js';
import { bySource } from './by-source.js';
import { mayHaveArrived } from './may-have-arrived.js';
import { lockDeliveries, type LockedDelivery } from './delivery.repository.js';
import type { DeliverySources } from './source.js';
import { MAX_ATTEMPTS_KEPT } from './core/unconfirmed.js';
import type { OutcomeRecord, RecordedOutcome } from './delivery.types.js';

interface RecordedRow {
  ordinal: number;
  deliveryId: string;
  state: 'sent' | 'queued' | 'failed' | 'unknown';
  arrived: boolean;
  /** A receipt came before this record. */
  early: boolean;
  part: number;
}

/**
 * Writes how hand-overs ended, fenced by the claim's epoch. A receipt that came first is never undone: a message that
 * was reported delivered stays delivered even when the hand-over timed out, and its recipient moves on.
 *
 * A recipient that was given up as `unknown` still takes a definite late answer for its last part; anything else would
 * reopen a campaign that may have been completed. One that waits to be sent again takes any definite answer.
 */
export async function recordOutcomes(
  tx: Tx,
  sources: DeliverySources,
  records: OutcomeRecord[],
): Promise<RecordedOutcome[]> {
  const deliveries = await lockDeliveries(
    tx,
    records.map((record) => record.deliveryId),
  );
  const numbered = records.map((record, ordinal) => ({ ...record, ordinal }));
  const open = numbered.filter((record) => isOpen(record, deliveries.get(record.deliveryId)));
  const rows: RecordedRow[] = await tx.query(RECORD, parameters(open));
  for (const [source, uses] of bySource(notHandedOver(records, rows)))
    await sources[source].returned(tx, uses);
  await skipRest(
    tx,
    rows.filter(({ state }) => state === 'failed' || state === 'unknown').map(({ deliveryId }) => deliveryId),
  );
  const toDerive = rows.filter((row) => row.state === 'sent' && (row.early || row.part > 0));
  await deriveDeliveries(
    tx,
    toDerive.map((row) => row.deliveryId),
  );
  const byOrdinal = new Map(rows.map((row) => [row.ordinal, row]));
  return records.map((_, index) => {
    const row = byOrdinal.get(index);
    return row ? { kind: 'recorded', state: row.state, arrived: row.arrived } : { kind: 'fenced' };
  });
}

/** Whether the claim is still the recipient's last one, and its outcome not final. */
function isOpen(
  { tenantId, claimEpoch, settlement, lastPart }: OutcomeRecord,
  now?: LockedDelivery,
): boolean {
  if (now?.tenantId !== tenantId || now.claimEpoch !== claimEpoch) return false;
  if (now.state === 'sending') return true;
  if (settlement.kind !== 'failed' && settlement.kind !== 'sent') return false;
  if (now.state === 'unknown') return settlement.kind === 'failed' || lastPart;
  // Waiting to be sent again: better to know than to risk a second copy.
  return now.state === 'queued' || now.state === 'pending';
}

/** Begun recipients of which nothing was handed over: they are bound to no sender again. */
function notHandedOver(records: readonly OutcomeRecord[], rows: readonly RecordedRow[]) {
  return rows
    .filter(({ state, part, arrived }) => state === 'queued' && part === 0 && !arrived)
    .flatMap(({ ordinal }) => records[ordinal] ?? [])
    .filter(({ isResend, settlement }) => !isResend && settlement.kind !== 'resend')
    .flatMap(({ source, sourceId, senderId, begun }) =>
      begun ? [{ source, sourceId, senderId, messages: begun }] : [],
    );
}

/** Of recipients that are locked and open; by their ids alone, as in CLAIM. */
const RECORD = `
  WITH asked AS (
    SELECT * FROM unnest($1::int[], $2::uuid[], $3::uuid[], $4::int[], $5::bool[], $6::text[],
                         $7::text[], $8::text[], $9::timestamptz[], $10::bool[], $11::text[], $12::timestamptz[])
      AS a (ordinal, delivery_id, message_id, epoch, last_part, kind, code, wa_message_id, at, is_resend,
            attempt_code, until)
  ), settled AS (
    UPDATE messages m SET
      state = CASE WHEN m.state IN ('sent', 'delivered', 'read', 'played', 'failed') THEN m.state
                   WHEN a.kind IN ('requeued', 'resend') THEN 'queued' ELSE a.kind END,
      code = CASE WHEN m.state IN ('sent', 'delivered', 'read', 'played', 'failed') THEN m.code ELSE a.code END,
      -- A requeued message never reached the network: its id was not used and the next sender makes its own. That is
      -- not known of a resend, which keeps the id (and with it the sender) until its delivery status is known.
      wa_message_id = CASE WHEN a.kind = 'requeued' AND NOT a.is_resend AND m.state = 'sending' THEN NULL
                           ELSE coalesce(a.wa_message_id, m.wa_message_id) END,
      sent_at = least(m.sent_at, a.at),
      attempts = CASE WHEN a.attempt_code IS NULL OR jsonb_array_length(m.attempts) >= ${MAX_ATTEMPTS_KEPT} THEN m.attempts
                      ELSE m.attempts || (jsonb_build_object('at', now(), 'senderId', m.sender_id, 'code', a.attempt_code)
                           -- What a receipt has settled is not sent again.
                           || CASE WHEN a.kind <> 'resend' THEN jsonb_build_object('outcome', a.kind)
                                   WHEN m.state = 'sending' THEN jsonb_build_object('outcome', a.kind, 'until', a.until)
                                   ELSE '{"outcome": "unknown"}' END) END,
      updated_at = now()
    FROM asked a
    WHERE m.id = a.message_id AND m.claim_epoch = a.epoch AND m.delivery_id = a.delivery_id
    RETURNING a.ordinal, a.kind, a.last_part, a.delivery_id, m.part, m.state, m.code, m.sent_at,
              m.state IN ('sent', 'delivered', 'read', 'played') AS arrived,
              -- No outcome makes these states: a receipt did.
              m.state IN ('delivered', 'read', 'played') AS early
  ), moved AS (
    UPDATE deliveries r SET
      state = CASE WHEN NOT s.arrived THEN s.state WHEN s.last_part THEN 'sent' ELSE 'queued' END,
      code = s.code,
      next_part = CASE WHEN s.arrived THEN s.part + 1 ELSE r.next_part END,
      sender_id = CASE WHEN s.state = 'queued' AND s.part = 0 AND s.kind <> 'resend' THEN NULL ELSE r.sender_id END,
      sent_at = CASE WHEN s.arrived AND s.last_part THEN s.sent_at ELSE r.sent_at END,
      updated_at = now()
    FROM settled s
    WHERE r.id = s.delivery_id
    RETURNING s.ordinal, r.id, r.state, s.arrived, s.early, s.part
  )
  SELECT ordinal, id AS "deliveryId", state, arrived, early, part FROM moved`;

function parameters(records: (OutcomeRecord & { ordinal: number })[]): unknown[] {
  const settlements = records.map((record) => record.settlement);
  return [
    records.map((record) => record.ordinal),
    records.map((record) => record.deliveryId),
    records.map((record) => record.messageId),
    records.map((record) => record.claimEpoch),
    records.map((record) => record.lastPart),
    settlements.map((settlement) => settlement.kind),
    settlements.map((settlement) =>
      settlement.kind === 'failed' || settlement.kind === 'unknown' ? settlement.code : null,
    ),
    settlements.map((settlement) => (settlement.kind === 'sent' ? settlement.waMessageId : null)),
    settlements.map((settlement) => (settlement.kind === 'sent' ? settlement.at : null)),
    records.map((record) => record.isResend),
    settlements.map((settlement) => (settlement.kind === 'sent' ? null : settlement.code)),
    settlements.map((settlement) => (settlement.kind === 'resend' ? settlement.until : null)),
  ];
}

/**
 * Parts that still wait, of deliveries that a failed or an unknown part has ended: nothing leaves of them any more. One
 * that waits to be sent again may have arrived.
 */
export async function skipRest(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `UPDATE messages m SET state = CASE WHEN ${mayHaveArrived('m')} THEN 'unknown' ELSE 'skipped' END,
       code = r.code, updated_at = now()
     FROM deliveries r
     WHERE r.id = ANY($1::uuid[]) AND m.delivery_id = r.id AND m.direction = 'out' AND m.state IN ('queued', 'pending')`,
    [ids],
  );
}

/**
 * A delivery all of whose parts were sent is as far as the least advanced of its messages: `read` when every part was
 * read, `delivered` when every part was at least delivered, `failed` when the network reported one of them failed.
 */
export async function deriveDeliveries(tx: Tx, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(
    `UPDATE deliveries r
     SET state = d.state, code = d.code, delivered_at = d.delivered_at, read_at = d.read_at, updated_at = now()
     FROM (
       SELECT delivery_id AS id,
              CASE WHEN bool_or(state = 'failed') THEN 'failed'
                   WHEN bool_and(state IN ('read', 'played')) THEN 'read'
                   WHEN bool_and(state IN ('delivered', 'read', 'played')) THEN 'delivered'
                   ELSE 'sent' END AS state,
              max(code) FILTER (WHERE state = 'failed') AS code,
              CASE WHEN bool_and(delivered_at IS NOT NULL) THEN max(delivered_at) END AS delivered_at,
              CASE WHEN bool_and(read_at IS NOT NULL) THEN max(read_at) END AS read_at
       FROM messages
       WHERE delivery_id = ANY($1::uuid[]) AND direction = 'out'
       GROUP BY delivery_id
     ) d
     WHERE r.id = d.id AND r.state IN ('sent', 'delivered', 'read')
       AND (r.state, r.code, r.delivered_at, r.read_at)
           IS DISTINCT FROM (d.state, d.code, d.delivered_at, d.read_at)`,
    [ids],
  );
}

/**
 * A number that the network does not know counts as checked, which saves another look-up. Only while its contact
 * exists: nothing is recorded of an erased person.
 */
export async function rememberUnknownNumbers(
  tx: Tx,
  deliveries: { tenantId: string; deliveryId: string }[],
): Promise<void> {
  await noteUnregistered(
    tx,
    `SELECT r.tenant_id, r.line FROM unnest($1::uuid[], $2::uuid[]) AS a (tenant_id, delivery_id)
     JOIN deliveries r ON r.id = a.delivery_id AND r.tenant_id = a.tenant_id
     JOIN contacts c ON c.id = r.contact_id AND c.tenant_id = r.tenant_id`,
    [deliveries.map(({ tenantId }) => tenantId), deliveries.map(({ deliveryId }) => deliveryId)],
  );
}

import type { Tx } from '../../db/index.js';
import { noteRegistered } from '../contacts/index.js';
import type { MergedReceipt } from './core/receipts.js';
import { bySource } from './by-source.js';
import { lockDeliveries, type LockedDelivery } from './delivery.repository.js';
import type { SourceRef } from './core/source-kind.js';
import { deriveDeliveries, skipRest } from './outcome.repository.js';
import type { DeliverySources } from './source.js';

/** What one sender's phone reported. */
export interface SenderReceipts {
  tenantId: string;
  senderId: string;
  receipts: MergedReceipt[];
}

interface FoundMessage {
  id: string;
  deliveryId: string | null;
  receipt: MergedReceipt;
}

/**
 * Writes merged receipts, each sender once, and returns for each sender the WhatsApp ids that no message of it has.
 * Found by the index on the id, so it costs the same in a table of five million. States only rise, so repeating a batch
 * changes nothing.
 */
export async function applyReceipts(
  tx: Tx,
  sources: DeliverySources,
  reports: readonly SenderReceipts[],
): Promise<Set<string>[]> {
  const found = await findMessages(tx, reports);
  if (found.length > 0) await writeReceipts(tx, sources, found);
  const matched = new Set(found.map(({ receipt }) => receipt));
  return reports.map(
    ({ receipts }) =>
      new Set(receipts.filter((each) => !matched.has(each)).map(({ waMessageId }) => waMessageId)),
  );
}

async function writeReceipts(tx: Tx, sources: DeliverySources, found: FoundMessage[]): Promise<void> {
  const deliveries = [...new Set(found.flatMap((message) => message.deliveryId ?? []))];
  await lockSourcesOfUnknown(tx, sources, deliveries);
  const locked = await lockDeliveries(tx, deliveries);
  await raiseMessages(tx, found);
  const messageIds = found.map((message) => message.id);
  if ([...locked.values()].some(isStillWaiting)) {
    await advanceDeliveries(tx, messageIds);
    await failDeliveries(tx, messageIds);
  }
  await deriveDeliveries(tx, deliveries);
  await correctNumberChecks(tx, messageIds);
}

/** Most receipts are of deliveries that are sent, and move nothing on. */
function isStillWaiting({ state }: LockedDelivery): boolean {
  return state === 'queued' || state === 'pending' || state === 'unknown' || state === 'skipped';
}

/** An `unknown` delivery that turns out sent may have parts left: its source must not end meanwhile. */
async function lockSourcesOfUnknown(tx: Tx, sources: DeliverySources, deliveries: string[]): Promise<void> {
  const unknown = await tx.query<SourceRef[]>(
    `SELECT DISTINCT source, coalesce(source_id, campaign_id) AS "sourceId"
     FROM deliveries WHERE id = ANY($1::uuid[]) AND state = 'unknown'`,
    [deliveries],
  );
  for (const [source, own] of bySource(unknown)) {
    await sources[source].lock(
      tx,
      own.map(({ sourceId }) => sourceId),
    );
  }
}

/** An id says nothing without its sender: another's message of the same id is not touched. */
async function findMessages(tx: Tx, reports: readonly SenderReceipts[]): Promise<FoundMessage[]> {
  const wanted = new Map(
    reports.flatMap(({ tenantId, senderId, receipts }) =>
      receipts.map((receipt): [string, MergedReceipt] => [
        keyOf({ tenantId, senderId, waMessageId: receipt.waMessageId }),
        receipt,
      ]),
    ),
  );
  const rows: (MessageKey & Omit<FoundMessage, 'receipt'>)[] = await tx.query(
    `SELECT id, delivery_id AS "deliveryId", tenant_id AS "tenantId", sender_id AS "senderId",
            wa_message_id AS "waMessageId"
     FROM messages
     WHERE wa_message_id = ANY($1::text[]) AND tenant_id = ANY($2::uuid[]) AND sender_id = ANY($3::uuid[])
       AND direction = 'out'`,
    [
      [...new Set([...wanted.values()].map(({ waMessageId }) => waMessageId))],
      [...new Set(reports.map(({ tenantId }) => tenantId))],
      [...new Set(reports.map(({ senderId }) => senderId))],
    ],
  );
  return rows.flatMap((row) => {
    const receipt = wanted.get(keyOf(row));
    return receipt ? [{ id: row.id, deliveryId: row.deliveryId, receipt }] : [];
  });
}

interface MessageKey {
  tenantId: string;
  senderId: string;
  waMessageId: string;
}

function keyOf({ tenantId, senderId, waMessageId }: MessageKey): string {
  return `${tenantId} ${senderId} ${waMessageId}`;
}

const RANK = `coalesce(array_position(ARRAY['sent', 'delivered', 'read', 'played'], m.state), 0)`;
const FAILS = `(a.failed_code IS NOT NULL AND a.rank < 2 AND ${RANK} < 2)`;

/**
 * `read` without `delivered` fills the time of delivery too. Failed and skipped are ends; a message that is sending,
 * back in the queue or `unknown` was evidently sent. `failed` counts only before delivery.
 */
async function raiseMessages(tx: Tx, found: FoundMessage[]): Promise<void> {
  await tx.query(
    `UPDATE messages m SET
       state = CASE WHEN ${FAILS} THEN 'failed'
                    WHEN a.rank > ${RANK} THEN (ARRAY['sent', 'delivered', 'read', 'played'])[a.rank]
                    ELSE m.state END,
       code = CASE WHEN ${FAILS} THEN a.failed_code WHEN a.rank > ${RANK} THEN NULL ELSE m.code END,
       sent_at = CASE WHEN a.rank >= 1 THEN coalesce(m.sent_at, a.sent_at, a.delivered_at, a.read_at)
                      ELSE m.sent_at END,
       delivered_at = CASE WHEN a.rank >= 2 THEN coalesce(m.delivered_at, a.delivered_at, a.read_at)
                           ELSE m.delivered_at END,
       read_at = CASE WHEN a.rank >= 3 THEN coalesce(m.read_at, a.read_at) ELSE m.read_at END,
       updated_at = now()
     FROM unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::text[])
       AS a (id, rank, sent_at, delivered_at, read_at, failed_code)
     WHERE m.id = a.id AND m.state NOT IN ('failed', 'skipped')
       AND (a.rank > ${RANK} OR ${FAILS}
            OR (a.rank >= 2 AND m.delivered_at IS NULL) OR (a.rank >= 3 AND m.read_at IS NULL))`,
    [
      found.map(({ id }) => id),
      found.map(({ receipt }) => receipt.rank),
      found.map(({ receipt }) => receipt.sentAt),
      found.map(({ receipt }) => receipt.deliveredAt),
      found.map(({ receipt }) => receipt.readAt),
      found.map(({ receipt }) => receipt.failedCode),
    ],
  );
}

/** What was written whole is sent as it was written: nothing is, once retention has removed a text of it. */
const REST_IS_WRITTEN = `NOT EXISTS (
  SELECT FROM messages rest
  WHERE rest.delivery_id = r.id AND rest.direction = 'out' AND rest.part > m.part AND rest.text_removed_at IS NOT NULL)`;

/**
 * A receipt proves that a part arrived though its delivery still waits for it: after a time-out (`unknown`) or a crash
 * (back in the queue). The delivery moves past that part, and a claim that was just being made for it loses. With
 * parts left it is queued again, of a campaign as long as it lives, and the parts that were written wait with it. One that
 * is `sending` is left to its worker.
 */
async function advanceDeliveries(tx: Tx, messageIds: string[]): Promise<void> {
  await tx.query(
    `WITH advanced AS (
     UPDATE deliveries r SET
       next_part = m.part + 1,
       state = CASE WHEN m.part + 1 >= r.parts THEN 'sent'
                    WHEN r.state = 'unknown' AND (k.status IN ('running', 'paused') OR r.campaign_id IS NULL AND ${REST_IS_WRITTEN})
                      THEN 'pending'
                    ELSE r.state END,
       code = CASE WHEN m.part + 1 >= r.parts THEN NULL ELSE r.code END,
       sender_id = m.sender_id,
       sent_at = CASE WHEN m.part + 1 >= r.parts THEN m.sent_at ELSE r.sent_at END,
       -- What no campaign feeds is queued again when its time has come.
       send_at = CASE WHEN r.campaign_id IS NULL THEN coalesce(r.send_at, now()) END,
       updated_at = now()
     FROM messages m
     JOIN deliveries at_hand ON at_hand.id = m.delivery_id
     LEFT JOIN campaigns k ON k.id = at_hand.campaign_id
     WHERE m.id = ANY($1::uuid[]) AND r.id = m.delivery_id AND r.next_part = m.part
       AND m.state IN ('sent', 'delivered', 'read', 'played')
       AND r.state IN ('queued', 'pending', 'unknown', 'skipped')
     RETURNING r.id, r.next_part, at_hand.state = 'unknown' AND r.state = 'pending' AS reopened)
     UPDATE messages m SET state = 'queued', code = NULL, updated_at = now()
     FROM advanced
     WHERE advanced.reopened AND m.delivery_id = advanced.id AND m.direction = 'out'
       AND m.part >= advanced.next_part AND m.state = 'skipped'`,
    [messageIds],
  );
}

/** A number that received a message is on WhatsApp, whatever a check found before. */
async function correctNumberChecks(tx: Tx, messageIds: string[]): Promise<void> {
  await noteRegistered(
    tx,
    `SELECT r.tenant_id, r.line FROM messages m JOIN deliveries r ON r.id = m.delivery_id
     WHERE m.id = ANY($1::uuid[]) AND m.state IN ('delivered', 'read', 'played')`,
    [messageIds],
  );
}

/** The network took a part back before the next one went out: the rest is not sent. */
async function failDeliveries(tx: Tx, messageIds: string[]): Promise<void> {
  const failed = await tx.query<{ id: string }[]>(
    `WITH failed AS (
       UPDATE deliveries r SET state = 'failed', code = m.code, updated_at = now()
       FROM messages m
       WHERE m.id = ANY($1::uuid[]) AND r.id = m.delivery_id AND m.state = 'failed'
         AND r.state IN ('queued', 'pending', 'unknown')
       RETURNING r.id)
     SELECT id FROM failed`,
    [messageIds],
  );
  await skipRest(
    tx,
    failed.map(({ id }) => id),
  );
}

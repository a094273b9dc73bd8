import type { Tx } from '../../../db/index.js';
import { newId } from '../../../lib/ids.js';
import { bySource, keyOf } from '../by-source.js';
import { WORKER_BEFORE_RESTORE } from '../core/attempt.js';
import type { SourceRef } from '../core/source-kind.js';
import type { DeliverySources, Policy } from '../source.js';
import {
  forgotten,
  type ForgottenHandOvers,
  type JournaledHandOver,
  type KnownDelivery,
} from './replay-plan.js';

/** How many hand-overs of a batch were bound again, and how many belong to deliveries that are not there. */
export interface ReplayedBatch {
  bound: number;
  missing: number;
}

interface DeliveryRow extends SourceRef {
  id: string;
  variant: number;
  nextPart: number;
  state: string;
}

/**
 * Binds deliveries to the hand-overs that the database has forgotten: as if their claims had been made and their worker
 * had died at once. They are resolved like those after a crash. All code locks sources, then deliveries, then messages.
 */
export async function replayHandOvers(
  tx: Tx,
  sources: DeliverySources,
  handOvers: readonly JournaledHandOver[],
): Promise<ReplayedBatch> {
  const ids = [...new Set(handOvers.map(({ deliveryId }) => deliveryId))];
  const refs: (SourceRef & { id: string })[] = await tx.query(
    `SELECT id, source, coalesce(source_id, campaign_id) AS "sourceId" FROM deliveries WHERE id = ANY($1::uuid[])`,
    [ids],
  );
  for (const [source, own] of bySource(refs))
    await sources[source].lock(tx, [...new Set(own.map(({ sourceId }) => sourceId))]);
  const rows = await lockRows(tx, ids);
  const known = await knownDeliveries(tx, rows);
  const lost = rows.flatMap(({ id }) => {
    const own = handOvers.filter(({ deliveryId }) => deliveryId === id);
    return forgotten(id, known.get(id)!, own) ?? [];
  });
  await bind(tx, lost, await policiesOf(tx, sources, rows), rows);
  const there = new Set(rows.map(({ id }) => id));
  return { bound: lost.length, missing: ids.filter((id) => !there.has(id)).length };
}

function lockRows(tx: Tx, ids: readonly string[]): Promise<DeliveryRow[]> {
  return tx.query<DeliveryRow[]>(
    `SELECT id, source, coalesce(source_id, campaign_id) AS "sourceId", variant, next_part AS "nextPart", state
     FROM deliveries WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`,
    [ids],
  );
}

async function knownDeliveries(
  tx: Tx,
  rows: readonly DeliveryRow[],
): Promise<ReadonlyMap<string, KnownDelivery>> {
  const messages: { deliveryId: string; part: number; waMessageId: string }[] = await tx.query(
    `SELECT delivery_id AS "deliveryId", part, wa_message_id AS "waMessageId" FROM messages
     WHERE delivery_id = ANY($1::uuid[]) AND direction = 'out' AND wa_message_id IS NOT NULL`,
    [rows.map(({ id }) => id)],
  );
  const idsOf = new Map(rows.map(({ id }) => [id, new Map<number, string>()]));
  for (const { deliveryId, part, waMessageId } of messages) idsOf.get(deliveryId)?.set(part, waMessageId);
  return new Map(
    rows.map(({ id, nextPart, state }) => [
      id,
      {
        nextPart,
        sendingPart: state === 'sending' ? nextPart : undefined,
        waMessageIds: idsOf.get(id) ?? new Map<number, string>(),
      },
    ]),
  );
}

async function policiesOf(
  tx: Tx,
  sources: DeliverySources,
  rows: readonly DeliveryRow[],
): Promise<ReadonlyMap<string, Policy>> {
  const policies = new Map<string, Policy>();
  for (const [source, own] of bySource(rows)) {
    const ids = [...new Set(own.map(({ sourceId }) => sourceId))];
    for (const [sourceId, policy] of await sources[source].policies(tx, ids))
      policies.set(keyOf({ source, sourceId }), policy);
  }
  return policies;
}

async function bind(
  tx: Tx,
  lost: readonly ForgottenHandOvers[],
  policies: ReadonlyMap<string, Policy>,
  rows: readonly DeliveryRow[],
): Promise<void> {
  if (lost.length === 0) return;
  const byId = new Map(rows.map((row) => [row.id, row]));
  const partsOf = (id: string) => {
    const row = byId.get(id);
    if (!row) return undefined;
    const templates = policies.get(keyOf(row))?.templates;
    return templates?.[row.variant] ?? templates?.[0];
  };
  await tx.query(
    `UPDATE deliveries r SET state = 'sending', code = NULL, sender_id = a.sender_id, next_part = a.part,
       parts = coalesce(r.parts, a.parts, (SELECT count(*) FROM messages m WHERE m.delivery_id = r.id AND m.direction = 'out')),
       purpose = coalesce((SELECT k.purpose FROM campaigns k WHERE k.id = r.campaign_id), r.purpose),
       queued_at = coalesce(r.queued_at, a.at), claim_epoch = r.claim_epoch + 1, updated_at = now()
     FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::timestamptz[]) AS a (id, sender_id, part, parts, at)
     WHERE r.id = a.id`,
    [
      lost.map(({ deliveryId }) => deliveryId),
      lost.map(({ last }) => last.senderId),
      lost.map(({ last }) => last.part),
      lost.map(({ deliveryId }) => partsOf(deliveryId)?.length ?? null),
      lost.map(({ last }) => last.at),
    ],
  );
  const typeOf = ({ deliveryId, part }: JournaledHandOver) => partsOf(deliveryId)?.[part]?.type ?? 'text';
  const told = lost.flatMap(({ earlier, last }) => [
    ...earlier.map((handOver) => ({ ...handOver, type: typeOf(handOver), isLast: false })),
    { ...last, type: typeOf(last), isLast: true },
  ]);
  const untold = lost.flatMap((one) =>
    one.untold
      .map((part) => ({ ...one.last, part, waMessageId: null }))
      .map((handOver) => ({ ...handOver, type: typeOf(handOver), isLast: false })),
  );
  await writeMessages(tx, told, TAKE_OVER);
  await writeMessages(tx, untold, 'ON CONFLICT DO NOTHING');
  // Parts before the last one whose hand-over was read in an earlier batch.
  await tx.query(
    `UPDATE messages m SET state = 'sent', code = NULL, sent_at = coalesce(m.sent_at, a.at), updated_at = now()
     FROM unnest($1::uuid[], $2::int[], $3::timestamptz[]) AS a (delivery_id, part, at)
     WHERE m.delivery_id = a.delivery_id AND m.direction = 'out' AND m.part < a.part
       AND m.state IN ('sending', 'queued', 'pending', 'unknown')`,
    [
      lost.map(({ deliveryId }) => deliveryId),
      lost.map(({ last }) => last.part),
      lost.map(({ last }) => last.at),
    ],
  );
}

interface ReplayedMessage extends JournaledHandOver {
  type: string;
  isLast: boolean;
}

async function writeMessages(
  tx: Tx,
  messages: readonly ReplayedMessage[],
  onConflict: string,
): Promise<void> {
  if (messages.length === 0) return;
  await tx.query(`${WRITE_MESSAGES} ${onConflict}`, [
    messages.map(() => newId()),
    messages.map(({ deliveryId }) => deliveryId),
    messages.map(({ part }) => part),
    messages.map(({ senderId }) => senderId),
    messages.map(({ waMessageId }) => waMessageId),
    messages.map(({ at }) => at),
    messages.map(({ isLast }) => isLast),
    messages.map(({ type }) => type),
    WORKER_BEFORE_RESTORE,
  ]);
}

/** Texts are not in the journal: a message that has one keeps it, another is rendered again if it has to be sent again. */
const WRITE_MESSAGES = `
  INSERT INTO messages (id, tenant_id, direction, contact_id, sender_id, campaign_id, source, source_id, delivery_id, part,
                        type, state, wa_message_id, claim_epoch, worker_id, sent_at)
  SELECT a.id, r.tenant_id, 'out', r.contact_id, a.sender_id, r.campaign_id, nullif(r.source, 'campaign'), r.source_id, r.id,
         a.part, a.type, CASE WHEN a.is_last THEN 'sending' ELSE 'sent' END, a.wa_message_id, r.claim_epoch, $9::uuid,
         CASE WHEN NOT a.is_last THEN a.at END
  FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::text[], $6::timestamptz[], $7::bool[], $8::text[])
    AS a (id, delivery_id, part, sender_id, wa_message_id, at, is_last, type)
  JOIN deliveries r ON r.id = a.delivery_id`;

const TAKE_OVER = `
  ON CONFLICT (delivery_id, part) WHERE delivery_id IS NOT NULL AND direction = 'out'
  DO UPDATE SET state = excluded.state, sender_id = excluded.sender_id, code = NULL, wa_message_id = excluded.wa_message_id,
                claim_epoch = excluded.claim_epoch, worker_id = excluded.worker_id,
                sent_at = coalesce(messages.sent_at, excluded.sent_at), updated_at = now()`;

import type { Tx } from '../../db/index.js';
import type { ReceivedMessage } from './inbound.repository.js';

/** A reply later than this is not attributed, unless it quotes what it answers. */
const REPLY_WINDOW_DAYS = 7;
/**
 * A text written before the message was sent is no reply to it, however late it comes in; clocks differ by this much.
 */
const CLOCK_DIFFERENCE_SECONDS = 60;

type Mark = 'replied_at' | 'opted_out_at';

/** A message, and the delivery it answers. */
export interface Answered<Message extends ReceivedMessage = ReceivedMessage> {
  message: Message;
  deliveryId: string;
  /** It quotes a message of that delivery; otherwise that was merely the latest. */
  quoted: boolean;
}

/**
 * What these messages answer: the delivery they quote a message of, else the latest one to the person within a week, through
 * the same sender if there is one. Only those that do not have the mark yet, as the first answer counts; they are locked, in
 * the order of ids.
 */
export async function lockAnswered<Message extends ReceivedMessage>(
  tx: Tx,
  messages: readonly Message[],
  mark: Mark,
): Promise<Answered<Message>[]> {
  const rows: { ordinal: number; id: string; quoted: boolean }[] = await tx.query(
    `WITH answered AS MATERIALIZED (
       SELECT came.ordinal, coalesce(quoted.delivery_id, latest.delivery_id) AS id, quoted.delivery_id IS NOT NULL AS quoted
       FROM unnest($1::int[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[])
         AS came (ordinal, tenant_id, contact_id, sender_id, quotes, at)
       LEFT JOIN LATERAL (
         SELECT m.delivery_id FROM messages m
         WHERE m.wa_message_id = came.quotes AND m.sender_id = came.sender_id AND m.tenant_id = came.tenant_id
           AND m.contact_id = came.contact_id AND m.direction = 'out' AND m.delivery_id IS NOT NULL LIMIT 1
       ) quoted ON true
       LEFT JOIN LATERAL (
         SELECT m.delivery_id FROM messages m
         WHERE quoted.delivery_id IS NULL
           AND m.contact_id = came.contact_id AND m.tenant_id = came.tenant_id AND m.direction = 'out'
           AND m.delivery_id IS NOT NULL
           AND m.state IN ('sending', 'sent', 'delivered', 'read', 'played', 'unknown')
           AND m.created_at > came.at - make_interval(days => ${REPLY_WINDOW_DAYS})
           AND m.created_at < came.at + make_interval(secs => ${CLOCK_DIFFERENCE_SECONDS})
         ORDER BY m.sender_id = came.sender_id DESC, m.id DESC LIMIT 1
       ) latest ON true
     )
     SELECT answered.ordinal, r.id, answered.quoted FROM answered JOIN deliveries r ON r.id = answered.id
     WHERE r.${mark} IS NULL
     ORDER BY r.id FOR NO KEY UPDATE OF r`,
    [
      messages.map((_, ordinal) => ordinal),
      messages.map(({ tenantId }) => tenantId),
      messages.map(({ contactId }) => contactId),
      messages.map(({ senderId }) => senderId),
      messages.map(({ received }) => received.quotes ?? null),
      messages.map(({ at }) => at),
    ],
  );
  const found = new Map(rows.map((row) => [row.ordinal, row]));
  return messages.flatMap((message, ordinal) => {
    const row = found.get(ordinal);
    return row ? [{ message, deliveryId: row.id, quoted: row.quoted }] : [];
  });
}

/** Marks what was answered, and how that is known. Of several answers the first counts. */
export async function markReplied(tx: Tx, answered: readonly Answered[]): Promise<void> {
  const first = firstOfEach(answered);
  if (first.length === 0) return;
  await tx.query(
    `UPDATE deliveries r SET replied_at = a.at, reply_quotes = a.quoted
     FROM unnest($1::uuid[], $2::timestamptz[], $3::boolean[]) AS a (id, at, quoted)
     WHERE r.id = a.id AND r.replied_at IS NULL`,
    [
      first.map(({ deliveryId }) => deliveryId),
      first.map(({ message }) => message.at),
      first.map(({ quoted }) => quoted),
    ],
  );
}

/** Marks what a STOP answers. */
export async function markOptedOut(tx: Tx, answered: readonly Answered[]): Promise<void> {
  const first = firstOfEach(answered);
  await tx.query(
    `UPDATE deliveries r SET opted_out_at = a.at FROM unnest($1::uuid[], $2::timestamptz[]) AS a (id, at)
     WHERE r.id = a.id AND r.opted_out_at IS NULL`,
    [first.map(({ deliveryId }) => deliveryId), first.map(({ message }) => message.at)],
  );
}

function firstOfEach(answered: readonly Answered[]): Answered[] {
  const first = new Map<string, Answered>();
  for (const each of answered) if (!first.has(each.deliveryId)) first.set(each.deliveryId, each);
  return [...first.values()];
}

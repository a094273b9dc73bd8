import type { Tx } from '../../db/index.js';
import { newId } from '../../lib/ids.js';
import type { Received } from './message.entity.js';

/** A message of a person, ready to be stored. */
export interface ReceivedMessage {
  tenantId: string;
  senderId: string;
  contactId: string;
  waMessageId: string;
  type: string;
  /** What one can read of it; empty where it is nothing to read. */
  body: string;
  /** Null for plain text. */
  content: object | null;
  received: Received;
  at: Date;
}

/** Of the message that is there an edit has come in, and nothing else. */
const EDIT_ONLY = `coalesce(messages.received ? 'editOnly', false)`;

/**
 * Stores messages in this order and says of each whether it is new: transports may announce one twice. One that could not
 * be read is replaced when it comes again with its content, and is new then; so is one that its own edit has overtaken, and it
 * keeps the edited text.
 */
export async function storeReceived(tx: Tx, messages: readonly ReceivedMessage[]): Promise<boolean[]> {
  const rows: { senderId: string; waMessageId: string }[] = await tx.query(
    `INSERT INTO messages (id, tenant_id, direction, contact_id, sender_id, type, body, content, received, state, wa_message_id, created_at)
     SELECT id, tenant_id, 'in', contact_id, sender_id, type, body, content, received, 'received', wa_message_id, at
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::jsonb[], $8::jsonb[],
                 $9::text[], $10::timestamptz[]) WITH ORDINALITY
       AS came (id, tenant_id, contact_id, sender_id, type, body, content, received, wa_message_id, at, ordinal)
     ORDER BY ordinal
     ON CONFLICT (sender_id, wa_message_id) WHERE direction = 'in'
       DO UPDATE SET type = excluded.type, created_at = excluded.created_at, updated_at = now(),
                     body = CASE WHEN ${EDIT_ONLY} THEN messages.body ELSE excluded.body END,
                     content = CASE WHEN ${EDIT_ONLY} THEN excluded.content || jsonb_build_object('caption', messages.body)
                                    ELSE excluded.content END,
                     received = CASE WHEN ${EDIT_ONLY}
                                     THEN excluded.received || jsonb_build_object('editedAt', messages.received->'editedAt')
                                     ELSE excluded.received END
       WHERE excluded.type <> 'unavailable' AND (messages.type = 'unavailable' OR ${EDIT_ONLY})
     RETURNING sender_id AS "senderId", wa_message_id AS "waMessageId"`,
    columnsOf(messages),
  );
  const stored = new Set(rows.map(({ senderId, waMessageId }) => `${senderId} ${waMessageId}`));
  return messages.map(({ senderId, waMessageId }) => stored.has(`${senderId} ${waMessageId}`));
}

function columnsOf(messages: readonly ReceivedMessage[]): unknown[] {
  return [
    messages.map(() => newId()),
    messages.map(({ tenantId }) => tenantId),
    messages.map(({ contactId }) => contactId),
    messages.map(({ senderId }) => senderId),
    messages.map(({ type }) => type),
    messages.map(({ body }) => body),
    messages.map(({ content }) => content && JSON.stringify(content)),
    messages.map(({ received }) => JSON.stringify(received)),
    messages.map(({ waMessageId }) => waMessageId),
    messages.map(({ at }) => at),
  ];
}

/** What the account's owner wrote on the phone. An echo of what this sender sent, or what is stored already, is left out. */
export async function storeOwn(tx: Tx, message: ReceivedMessage): Promise<void> {
  await tx.query(
    `INSERT INTO messages (id, tenant_id, direction, contact_id, sender_id, type, body, content, received, state, wa_message_id,
                           created_at, sent_at)
     SELECT $1, $2, 'own', $3, $4, $5, $6, $7, $8, 'sent', $9, $10, $10
     WHERE NOT EXISTS (SELECT FROM messages known WHERE known.wa_message_id = $9 AND known.sender_id = $4)`,
    columnsOf([message]).map((column) => (column as unknown[])[0]),
  );
}

/**
 * The latest text of a message, whatever order edits come in. Nothing happens when it is of somebody else. One of a person's
 * messages that is not there yet is, from now on, with this text.
 */
export async function editReceived(
  tx: Tx,
  edit: {
    tenantId: string;
    senderId: string;
    contactId: string;
    waMessageId: string;
    fromMe: boolean;
    from: Received['from'];
    text: string;
    at: Date;
  },
): Promise<void> {
  const editedAt = edit.at.toISOString();
  if (!edit.fromMe && (await storeEditOnly(tx, edit, editedAt))) return;
  await tx.query(
    `UPDATE messages
     SET body = $6, content = content || jsonb_build_object('caption', $6::text),
         received = coalesce(received, '{}') || jsonb_build_object('editedAt', $7::text), updated_at = now()
     WHERE tenant_id = $1 AND sender_id = $2 AND contact_id = $3 AND wa_message_id = $4 AND direction = $5
       AND text_removed_at IS NULL AND coalesce((received->>'editedAt')::timestamptz <= $7::timestamptz, true)`,
    [
      edit.tenantId,
      edit.senderId,
      edit.contactId,
      edit.waMessageId,
      edit.fromMe ? 'own' : 'in',
      edit.text,
      editedAt,
    ],
  );
}

/** False where the message is there. */
async function storeEditOnly(
  tx: Tx,
  edit: Pick<ReceivedMessage, 'tenantId' | 'senderId' | 'contactId' | 'waMessageId' | 'at'> & {
    from: Received['from'];
    text: string;
  },
  editedAt: string,
): Promise<boolean> {
  const { text: body, from } = edit;
  const received: Received = { from, editedAt, editOnly: true };
  const rows: unknown[] = await tx.query(
    `INSERT INTO messages (id, tenant_id, direction, contact_id, sender_id, type, body, content, received, state, wa_message_id, created_at)
     VALUES ($1, $2, 'in', $3, $4, $5, $6, $7, $8, 'received', $9, $10)
     ON CONFLICT (sender_id, wa_message_id) WHERE direction = 'in' DO NOTHING RETURNING id`,
    columnsOf([{ ...edit, type: 'text', body, content: null, received }]).map(
      (column) => (column as unknown[])[0],
    ),
  );
  return rows.length > 0;
}

/** What the message that this one quotes was sent for; undefined where that is not known. */
export async function purposeOfQuoted(
  tx: Tx,
  { tenantId, senderId, contactId, received }: ReceivedMessage,
): Promise<string | undefined> {
  if (received.quotes === undefined) return undefined;
  const rows: { purpose: string }[] = await tx.query(
    `SELECT r.purpose FROM messages m JOIN deliveries r ON r.id = m.delivery_id
     WHERE m.wa_message_id = $1 AND m.tenant_id = $2 AND m.sender_id = $3 AND m.contact_id = $4 AND m.direction = 'out'`,
    [received.quotes, tenantId, senderId, contactId],
  );
  return rows[0]?.purpose;
}

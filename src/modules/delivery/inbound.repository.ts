import type { Tx } from '../../db/index.js';
import { newId } from '../../lib/ids.js';

/** The text and its origin, already checked. */
export interface InboundMessage {
  tenantId: string;
  senderId: string;
  waMessageId: string;
  from: string;
  text: string;
  at: Date;
}

/** A reply later than this is not attributed to a campaign. */
const REPLY_WINDOW_DAYS = 7;
/**
 * A text written before the message was sent is no reply to it, however late it comes in; clocks differ by this much.
 */
const CLOCK_DIFFERENCE_SECONDS = 60;

/** False when this message is already here: transports may announce one twice, and jobs may run twice. */
export async function storeInbound(tx: Tx, message: InboundMessage, contactId: string): Promise<boolean> {
  const rows: unknown[] = await tx.query(
    `INSERT INTO messages (id, tenant_id, direction, contact_id, sender_id, type, body, state, wa_message_id, created_at)
     VALUES ($1, $2, 'in', $3, $4, 'text', $5, 'received', $6, $7)
     ON CONFLICT (sender_id, wa_message_id) WHERE direction = 'in' DO NOTHING
     RETURNING id`,
    [newId(), message.tenantId, contactId, message.senderId, message.text, message.waMessageId, message.at],
  );
  return rows.length > 0;
}

/**
 * Marks the campaign recipient a contact answers: the latest one written to within a week, through the same sender if
 * there is one. The first answer counts.
 */
export async function markLatestRecipient(
  tx: Tx,
  message: InboundMessage,
  contactId: string,
  mark: 'replied_at' | 'opted_out_at',
): Promise<void> {
  await tx.query(
    `UPDATE deliveries r SET ${mark} = $4
     FROM (
       SELECT delivery_id FROM messages
       WHERE contact_id = $2 AND tenant_id = $1 AND direction = 'out' AND delivery_id IS NOT NULL
         AND state IN ('sending', 'sent', 'delivered', 'read', 'played', 'unknown')
         AND created_at > $4::timestamptz - make_interval(days => ${REPLY_WINDOW_DAYS})
         AND created_at < $4::timestamptz + make_interval(secs => ${CLOCK_DIFFERENCE_SECONDS})
       ORDER BY sender_id = $3 DESC, id DESC LIMIT 1
     ) latest
     WHERE r.id = latest.delivery_id AND r.${mark} IS NULL`,
    [message.tenantId, contactId, message.senderId, message.at],
  );
}

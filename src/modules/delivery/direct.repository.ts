import type { Tx } from '../../db/index.js';
import type { RenderedContent } from '../content/index.js';
import { lockRecipients } from './delivery.repository.js';
import { mayHaveArrived } from './may-have-arrived.js';

/** One message about to be stored, with the recipient that carries it through the engine. */
export interface NewDirectMessage {
  id: string;
  recipientId: string;
  campaignId: string;
  contactId: string;
  phone: string;
  name: string | null;
  variables: Record<string, unknown>;
  senderId: string | null;
  sendId: string;
  sendAt: Date | null;
  type: string;
  body: string | null;
  content: RenderedContent | null;
}

/** Inserts recipients as queued already, and their messages, which the API lists from now on. */
export async function insertDirectMessages(
  tx: Tx,
  tenantId: string,
  messages: NewDirectMessage[],
): Promise<void> {
  await tx.query(
    `WITH given AS (
       SELECT * FROM jsonb_to_recordset($2::jsonb) AS g (
         id uuid, "recipientId" uuid, "campaignId" uuid, "contactId" uuid, phone text, name text, variables jsonb,
         "senderId" uuid, "sendId" uuid, "sendAt" timestamptz, type text, body text, content jsonb)
     ), recipients AS (
       INSERT INTO deliveries (id, tenant_id, campaign_id, contact_id, phone, name, variables, state,
                                      claim_epoch, queued_at)
       SELECT "recipientId", $1, "campaignId", "contactId", phone, name, variables, 'queued', 1, now() FROM given
     )
     INSERT INTO messages (id, tenant_id, direction, contact_id, sender_id, delivery_id, send_id, send_at,
                           type, body, content, state)
     SELECT id, $1, 'out', "contactId", "senderId", "recipientId", "sendId", "sendAt", type, body,
            nullif(content, 'null'::jsonb), CASE WHEN "sendAt" IS NULL THEN 'queued' ELSE 'pending' END
     FROM given`,
    [tenantId, JSON.stringify(messages)],
  );
}

/** Queued at once, all with the name and the values of the sample. */
export async function insertTestRecipients(
  tx: Tx,
  test: { tenantId: string; id: string },
  recipients: { id: string; contactId: string; phone: string }[],
  sample: { name: string | null; variables: Record<string, unknown> },
): Promise<void> {
  await tx.query(
    `INSERT INTO deliveries (id, tenant_id, campaign_id, contact_id, phone, name, variables, state,
                                    claim_epoch, queued_at)
     SELECT id, $1, $2, contact_id, phone, $6, $7, 'queued', 1, now()
     FROM unnest($3::uuid[], $4::uuid[], $5::text[]) AS given (id, contact_id, phone)`,
    [
      test.tenantId,
      test.id,
      recipients.map(({ id }) => id),
      recipients.map(({ contactId }) => contactId),
      recipients.map(({ phone }) => phone),
      sample.name,
      JSON.stringify(sample.variables),
    ],
  );
}

/**
 * Cancels a direct message, unless it was claimed or handed over before: a claim locks the same row, so one of the two
 * comes first. False when it was too late, or is no direct message.
 */
export async function cancelMessage(tx: Tx, tenantId: string, messageId: string): Promise<boolean> {
  const [message] = await tx.query<{ recipientId: string }[]>(
    `SELECT delivery_id AS "recipientId" FROM messages
     WHERE id = $1 AND tenant_id = $2 AND send_id IS NOT NULL AND delivery_id IS NOT NULL`,
    [messageId, tenantId],
  );
  if (!message) return false;
  await lockRecipients(tx, [message.recipientId]);
  const rows = await tx.query<unknown[]>(
    `WITH cancelled AS (
       UPDATE deliveries r SET state = 'skipped', code = 'cancelled', updated_at = now()
       FROM messages m
       WHERE r.id = $2 AND r.state IN ('queued', 'pending') AND m.id = $1 AND NOT ${mayHaveArrived('m')}
       RETURNING r.id
     ), marked AS (
       UPDATE messages SET state = 'skipped', code = 'cancelled', updated_at = now()
       WHERE id = $1 AND EXISTS (SELECT FROM cancelled)
     )
     SELECT id FROM cancelled`,
    [messageId, message.recipientId],
  );
  return rows.length > 0;
}

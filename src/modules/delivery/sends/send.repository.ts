import type { Tx } from '../../../db/index.js';
import type { RenderedContent } from '../../content/index.js';
import type { SenderPool } from '../../senders/index.js';
import type { Purpose } from '../../tenants/index.js';
import type { SendLane } from '../core/lane.js';
import type { SendKind } from '../core/source-kind.js';
import { lockDeliveries } from '../delivery.repository.js';
import { mayHaveArrived } from '../may-have-arrived.js';
import { Send } from './send.entity.js';

/** A request: what all its deliveries share. */
export interface NewSend {
  id: string;
  source: SendKind;
  purpose: Purpose;
  pool: SenderPool;
  stickySender: boolean;
  minDelay: number;
  maxDelay: number;
}

/** One message of a delivery, as it will be handed over. */
export interface WrittenMessage {
  id: string;
  part: number;
  type: string;
  body: string | null;
  content: RenderedContent | null;
}

/** A delivery that is written whole when it is made. */
export interface WrittenDelivery {
  id: string;
  contactId: string;
  phone: string;
  name: string | null;
  /** The one sender that it may take. */
  onlySenderId: string | null;
  sendAt: Date | null;
  /** The message that it answers. */
  replyTo: string | null;
  lane: SendLane;
  /** It waits for its time without a job. */
  waits: boolean;
  messages: WrittenMessage[];
}

/** Stores a request with its deliveries, queued already or waiting for their time, and their messages. */
export async function insertSend(
  tx: Tx,
  tenantId: string,
  send: NewSend,
  deliveries: readonly WrittenDelivery[],
): Promise<void> {
  const { id, source, purpose, ...shared } = send;
  await tx.insert(Send, { id, tenantId, source, total: deliveries.length, ...shared });
  await tx.query(
    `WITH given AS (
       SELECT * FROM jsonb_to_recordset($5::jsonb) AS g (
         id uuid, "contactId" uuid, phone text, name text, "onlySenderId" uuid, "sendAt" timestamptz, "replyTo" uuid,
         lane text, waits boolean, messages jsonb)
     ), made AS (
       INSERT INTO deliveries (id, tenant_id, source, source_id, contact_id, phone, name, purpose, lane, parts,
                               only_sender_id, send_at, state, claim_epoch, queued_at)
       SELECT id, $1, $2, $3, "contactId", phone, name, $4, lane, jsonb_array_length(messages), "onlySenderId",
              "sendAt", CASE WHEN waits THEN 'pending' ELSE 'queued' END, CASE WHEN waits THEN 0 ELSE 1 END,
              CASE WHEN waits THEN NULL ELSE now() END
       FROM given
     )
     INSERT INTO messages (id, tenant_id, direction, contact_id, sender_id, source, source_id, delivery_id, send_at,
                           reply_to, part, type, body, content, state)
     SELECT m.id, $1, 'out', given."contactId", given."onlySenderId", $2, $3, given.id, given."sendAt",
            given."replyTo", m.part, m.type, m.body, nullif(m.content, 'null'::jsonb), CASE WHEN given."sendAt" IS NULL THEN 'queued' ELSE 'pending' END
     FROM given CROSS JOIN LATERAL jsonb_to_recordset(given.messages)
       AS m (id uuid, part int, type text, body text, content jsonb)`,
    [tenantId, source, id, purpose, JSON.stringify(deliveries)],
  );
}

/**
 * Cancels a direct message, unless it was claimed or handed over before: a claim locks the same row, so one of the two
 * comes first. False when it was too late, or is no direct message.
 */
export async function cancelMessage(tx: Tx, tenantId: string, messageId: string): Promise<boolean> {
  const [message] = await tx.query<{ deliveryId: string }[]>(
    `SELECT delivery_id AS "deliveryId" FROM messages
     WHERE id = $1 AND tenant_id = $2 AND source = 'direct' AND delivery_id IS NOT NULL`,
    [messageId, tenantId],
  );
  if (!message) return false;
  await lockDeliveries(tx, [message.deliveryId]);
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
    [messageId, message.deliveryId],
  );
  return rows.length > 0;
}

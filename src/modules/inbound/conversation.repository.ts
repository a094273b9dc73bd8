import type { Tx } from '../../db/index.js';
import type { Person, PersonRecords } from '../contacts/index.js';

/** Of a message that was just stored. */
export interface ConversationTurn {
  tenantId: string;
  contactId: string;
  senderId: string;
  /** The message's own time, which is a phone's: it may lie in the future. */
  at: Date;
}

/**
 * Notes that a person wrote to a sender. Messages may come in in any order: the latest counts, and none is later than the
 * database's clock, because a phone's clock must not keep a conversation open for years. A sender that is gone has no
 * conversations.
 */
export async function noteInbound(
  tx: Tx,
  { tenantId, contactId, senderId, at }: ConversationTurn,
): Promise<void> {
  await tx.query(
    `INSERT INTO conversations (contact_id, sender_id, tenant_id, last_inbound_at)
     SELECT $2, s.id, s.tenant_id, least($4::timestamptz, now()) FROM senders s WHERE s.id = $3 AND s.tenant_id = $1
     ON CONFLICT (contact_id, sender_id)
       DO UPDATE SET last_inbound_at = greatest(conversations.last_inbound_at, excluded.last_inbound_at)`,
    [tenantId, contactId, senderId, at],
  );
}

/** What conversations keep of a person: whom they wrote to, and when. */
export class ConversationPersonRecords implements PersonRecords {
  readonly name = 'conversations';

  /** Where both wrote to one sender the later time wins. The rows left behind go with their contact. */
  async move(tx: Tx, tenantId: string, from: Person, to: Person): Promise<void> {
    await tx.query(
      `INSERT INTO conversations (contact_id, sender_id, tenant_id, last_inbound_at, created_at)
       SELECT $3, sender_id, tenant_id, last_inbound_at, created_at FROM conversations
       WHERE tenant_id = $1 AND contact_id = $2 ORDER BY sender_id
       ON CONFLICT (contact_id, sender_id) DO UPDATE
         SET last_inbound_at = greatest(conversations.last_inbound_at, excluded.last_inbound_at),
             created_at = least(conversations.created_at, excluded.created_at)`,
      [tenantId, from.id, to.id],
    );
  }

  collect(tx: Tx, tenantId: string, person: Person): Promise<unknown> {
    return tx.query(
      `SELECT sender_id AS "senderId", last_inbound_at AS "lastInboundAt", created_at AS "createdAt"
       FROM conversations WHERE tenant_id = $1 AND contact_id = $2 ORDER BY created_at, sender_id`,
      [tenantId, person.id],
    );
  }

  async erase(tx: Tx, tenantId: string, person: Person): Promise<void> {
    await tx.query('DELETE FROM conversations WHERE tenant_id = $1 AND contact_id = $2', [
      tenantId,
      person.id,
    ]);
  }
}

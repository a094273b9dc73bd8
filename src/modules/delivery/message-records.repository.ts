import type { Tx } from '../../db/index.js';
import type { Person, PersonRecords, WholePerson } from '../contacts/index.js';
import { OF_PERSON } from './delivery-records.repository.js';

/** What messages keep of a person: every text to and from them. */
export class MessagePersonRecords implements PersonRecords {
  readonly name = 'messages';

  async move(tx: Tx, tenantId: string, from: Person, to: Person): Promise<void> {
    await tx.query(
      `UPDATE messages SET contact_id = $3, updated_at = now() WHERE tenant_id = $1 AND contact_id = $2`,
      [tenantId, from.id, to.id],
    );
    await this.skipWaiting(tx, tenantId, to.id);
  }

  /** As an erasure does: also what an earlier contact of the number was sent. */
  collect(tx: Tx, tenantId: string, person: WholePerson): Promise<unknown> {
    return tx.query(
      `SELECT id, direction, type, body, content, received, state, code, campaign_id AS "campaignId", sender_id AS "senderId",
              wa_message_id AS "waMessageId", reply_to AS "replyTo", created_at AS "createdAt", sent_at AS "sentAt",
              delivered_at AS "deliveredAt", read_at AS "readAt"
       FROM messages WHERE id IN (
         SELECT id FROM messages WHERE tenant_id = $1 AND contact_id = $2
         UNION ALL
         SELECT id FROM messages WHERE delivery_id IN (${OF_PERSON}) AND direction = 'out')
       ORDER BY id`,
      [tenantId, person.id, person.lines],
    );
  }

  async erase(tx: Tx, tenantId: string, person: WholePerson): Promise<void> {
    await tx.query(
      `UPDATE messages
       SET body = NULL, content = NULL, received = NULL, contact_id = NULL, updated_at = now(),
           code = CASE WHEN state IN ('pending', 'queued') THEN 'contact_deleted' ELSE code END,
           state = CASE WHEN state IN ('pending', 'queued') THEN 'skipped' ELSE state END
       WHERE tenant_id = $1 AND contact_id = $2`,
      [tenantId, person.id],
    );
  }

  /** The recipient was skipped by the merge: so is its message, when it exists already. */
  private async skipWaiting(tx: Tx, tenantId: string, contactId: string): Promise<void> {
    await tx.query(
      `UPDATE messages m SET state = 'skipped', code = r.code, updated_at = now()
       FROM deliveries r
       WHERE m.tenant_id = $1 AND m.contact_id = $2 AND m.state IN ('pending', 'queued')
         AND r.id = m.delivery_id AND r.state = 'skipped'`,
      [tenantId, contactId],
    );
  }
}

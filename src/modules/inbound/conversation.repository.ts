import type { Tx } from '../../db/index.js';
import { ownerOf, type Person, type PersonRecords, type WholePerson } from '../contacts/index.js';

/** Of a message that was just stored. */
export interface ConversationTurn {
  tenantId: string;
  contactId: string;
  senderId: string;
  /** The message's own time, which is a phone's: it may lie in the future. */
  at: Date;
}

/**
 * Notes that people wrote to senders. Messages may come in in any order: the latest counts, and none is later than the
 * database's clock, because a phone's clock must not keep a conversation open for years. A sender that is gone has no
 * conversations.
 */
export async function noteInbound(tx: Tx, turns: readonly ConversationTurn[]): Promise<void> {
  const latest = new Map<string, ConversationTurn>();
  for (const turn of turns) {
    const key = `${turn.contactId} ${turn.senderId}`;
    const known = latest.get(key);
    if (!known || turn.at > known.at) latest.set(key, turn);
  }
  const rows = [...latest.values()];
  await tx.query(
    `INSERT INTO conversations (contact_id, sender_id, tenant_id, last_inbound_at)
     SELECT turn.contact_id, s.id, s.tenant_id, least(turn.at, now())
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[]) AS turn (tenant_id, contact_id, sender_id, at)
     JOIN senders s ON s.id = turn.sender_id AND s.tenant_id = turn.tenant_id
     ORDER BY turn.contact_id, s.id
     ON CONFLICT (contact_id, sender_id)
       DO UPDATE SET last_inbound_at = greatest(conversations.last_inbound_at, excluded.last_inbound_at)`,
    [
      rows.map(({ tenantId }) => tenantId),
      rows.map(({ contactId }) => contactId),
      rows.map(({ senderId }) => senderId),
      rows.map(({ at }) => at),
    ],
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

  collect(tx: Tx, tenantId: string, person: WholePerson): Promise<unknown> {
    return tx.query(
      `SELECT sender_id AS "senderId", last_inbound_at AS "lastInboundAt", created_at AS "createdAt"
       FROM conversations WHERE tenant_id = $1 AND contact_id = $2 ORDER BY created_at, sender_id`,
      [tenantId, person.id],
    );
  }

  /** With what they wrote and could not be worked off. */
  async erase(tx: Tx, tenantId: string, person: WholePerson): Promise<void> {
    await tx.query(
      `DELETE FROM inbound_events e WHERE e.tenant_id = $1 AND e.parked_at IS NOT NULL
         AND EXISTS (SELECT FROM unnest(e.lines) AS told (line)
                     WHERE told.line = ANY($2::text[]) OR ${ownerOf('told.line')} = $3)`,
      [tenantId, person.lines, person.id],
    );
    await tx.query('DELETE FROM conversations WHERE tenant_id = $1 AND contact_id = $2', [
      tenantId,
      person.id,
    ]);
  }
}

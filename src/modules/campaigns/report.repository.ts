import type { Tx } from '../../db/index.js';
import type { RecipientState } from './campaign-contact.entity.js';

export interface SenderCount {
  senderId: string;
  name: string | null;
  state: RecipientState;
  count: number;
  replied: number;
}

export interface CodeCount {
  state: RecipientState;
  code: string;
  count: number;
}

export interface RecipientRow {
  id: string;
  contactId: string;
  phone: string;
  name: string | null;
  state: RecipientState;
  code: string | null;
  senderId: string | null;
  senderName: string | null;
  sentAt: Date | null;
  deliveredAt: Date | null;
  readAt: Date | null;
  repliedAt: Date | null;
  optedOutAt: Date | null;
}

export async function countsBySender(tx: Tx, campaignId: string): Promise<SenderCount[]> {
  return tx.query<SenderCount[]>(
    `SELECT recipient.sender_id AS "senderId", senders.name, recipient.state, count(*)::int AS count,
            count(recipient.replied_at)::int AS replied
     FROM campaign_contacts recipient
     LEFT JOIN senders ON senders.id = recipient.sender_id AND senders.tenant_id = recipient.tenant_id
     WHERE recipient.campaign_id = $1 AND recipient.sender_id IS NOT NULL
     GROUP BY recipient.sender_id, senders.name, recipient.state
     ORDER BY senders.name, recipient.sender_id`,
    [campaignId],
  );
}

export async function countsByCode(tx: Tx, campaignId: string): Promise<CodeCount[]> {
  return tx.query<CodeCount[]>(
    `SELECT state, code, count(*)::int AS count FROM campaign_contacts
     WHERE campaign_id = $1 AND state IN ('failed', 'skipped', 'unknown') AND code IS NOT NULL
     GROUP BY state, code ORDER BY count DESC, code`,
    [campaignId],
  );
}

/**
 * The next recipients after a key. All of them are listed by phone number, those of one state by id: both keys never
 * change, so a recipient that moves on meanwhile is neither lost nor repeated, and both orders have an index.
 */
export async function recipientsAfter(
  tx: Tx,
  campaign: { tenantId: string; id: string },
  page: { state?: RecipientState; after?: string; limit: number },
): Promise<RecipientRow[]> {
  const conditions = ['recipient.tenant_id = $1', 'recipient.campaign_id = $2'];
  const values: unknown[] = [campaign.tenantId, campaign.id, page.limit];
  if (page.state) conditions.push(`recipient.state = $${values.push(page.state)}`);
  const key = page.state ? 'recipient.id' : 'recipient.phone';
  if (page.after) conditions.push(`${key} > $${values.push(page.after)}`);
  return tx.query<RecipientRow[]>(
    `SELECT recipient.id, recipient.contact_id AS "contactId", recipient.phone, recipient.name, recipient.state,
            recipient.code, recipient.sender_id AS "senderId", senders.name AS "senderName",
            recipient.sent_at AS "sentAt", recipient.delivered_at AS "deliveredAt", recipient.read_at AS "readAt",
            recipient.replied_at AS "repliedAt", recipient.opted_out_at AS "optedOutAt"
     FROM campaign_contacts recipient
     LEFT JOIN senders ON senders.id = recipient.sender_id AND senders.tenant_id = recipient.tenant_id
     WHERE ${conditions.join(' AND ')} ORDER BY ${key} LIMIT $3`,
    values,
  );
}

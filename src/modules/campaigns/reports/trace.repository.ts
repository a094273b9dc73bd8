import type { Tx } from '../../../db/index.js';
import { holdsBack } from '../../contacts/index.js';
import { type DeliveryState, isIn, type MessageAttempt } from '../../delivery/index.js';

/** The columns about one recipient. */
export interface TracedRecipient {
  id: string;
  contactId: string;
  phone: string;
  name: string | null;
  state: DeliveryState;
  code: string | null;
  variant: number;
  nextPart: number;
  queuedAt: Date | null;
  waitReason: string | null;
  waitSince: Date | null;
  waitUntil: Date | null;
  repliedAt: Date | null;
  optedOutAt: Date | null;
  updatedAt: Date;
  /** The contact as it is now; null when it was deleted. */
  contactOptedOutAt: Date | null;
  suppressedAt: Date | null;
  suppressionReason: string | null;
  contactExists: boolean;
}

export interface TracedMessage {
  part: number;
  type: string;
  state: string;
  code: string | null;
  senderId: string;
  waMessageId: string | null;
  createdAt: Date;
  updatedAt: Date;
  sentAt: Date | null;
  deliveredAt: Date | null;
  readAt: Date | null;
  attempts: MessageAttempt[];
}

const HELD_BACK = holdsBack({
  line: 'r.line',
  purpose: '(SELECT k.purpose FROM campaigns k WHERE k.id = r.campaign_id)',
  topic: 'SELECT k.topic FROM campaigns k WHERE k.id = r.campaign_id',
});

const RECIPIENT = `SELECT r.id, r.contact_id AS "contactId", r.phone, r.name, r.state, r.code, r.variant,
    r.next_part AS "nextPart", r.queued_at AS "queuedAt", r.wait_reason AS "waitReason",
    r.wait_since AS "waitSince", r.wait_until AS "waitUntil", r.replied_at AS "repliedAt",
    r.opted_out_at AS "optedOutAt", r.updated_at AS "updatedAt", c.opted_out_at AS "contactOptedOutAt",
    x.created_at AS "suppressedAt", x.reason AS "suppressionReason", c.id IS NOT NULL AS "contactExists"
  FROM deliveries r
  LEFT JOIN contacts c ON c.id = r.contact_id AND c.tenant_id = r.tenant_id
  LEFT JOIN LATERAL (
    SELECT x.created_at, x.reason FROM suppressions x WHERE x.tenant_id = r.tenant_id AND ${HELD_BACK}
    ORDER BY x.created_at, x.id LIMIT 1) x ON true
  WHERE r.tenant_id = $1 AND r.campaign_id = $2`;

/**
 * By the recipient's own id or its contact's. A contact that was merged from two recipients has both: the one that was
 * written to counts, rather the one at the number that stayed, and not the duplicate that was skipped.
 */
export async function findRecipient(
  tx: Tx,
  campaign: { tenantId: string; id: string },
  id: string,
): Promise<TracedRecipient | undefined> {
  const rows = await tx.query<TracedRecipient[]>(
    `(${RECIPIENT} AND r.id = $3) UNION ALL
     (${RECIPIENT} AND r.contact_id = $3 AND r.id <> $3
      ORDER BY r.code IS NOT DISTINCT FROM 'duplicate', r.line IS DISTINCT FROM c.line, r.id)
     LIMIT 1`,
    [campaign.tenantId, campaign.id, id],
  );
  return rows[0];
}

export async function messagesOfRecipient(
  tx: Tx,
  tenantId: string,
  recipientId: string,
): Promise<TracedMessage[]> {
  return tx.query<TracedMessage[]>(
    `SELECT part, type, state, code, sender_id AS "senderId", wa_message_id AS "waMessageId",
            created_at AS "createdAt", updated_at AS "updatedAt", sent_at AS "sentAt",
            delivered_at AS "deliveredAt", read_at AS "readAt", attempts
     FROM messages WHERE tenant_id = $1 AND delivery_id = $2 AND direction = 'out' ORDER BY part`,
    [tenantId, recipientId],
  );
}

/** How many wait in front of a recipient; counting ends at the limit. */
export async function pendingBefore(
  tx: Tx,
  campaignId: string,
  recipientId: string,
  limit: number,
): Promise<number> {
  const [row] = await tx.query<{ count: number }[]>(
    `SELECT count(*)::int AS count FROM (
       SELECT 1 FROM deliveries WHERE campaign_id = $1 AND ${isIn(['pending'])} AND id < $2 LIMIT $3) before`,
    [campaignId, recipientId, limit],
  );
  return row?.count ?? 0;
}

import type { Tx } from '../../../db/index.js';
import { type DeliveryState, inOrder } from '../../delivery/index.js';

export interface RecipientRow {
  id: string;
  contactId: string;
  phone: string;
  /** The one form of its line, by which recipients are listed. */
  line: string;
  name: string | null;
  state: DeliveryState;
  code: string | null;
  /** From 0. */
  variant: number;
  /** Parts WhatsApp has taken. */
  partsSent: number;
  senderId: string | null;
  senderName: string | null;
  queuedAt: Date | null;
  sentAt: Date | null;
  deliveredAt: Date | null;
  readAt: Date | null;
  repliedAt: Date | null;
  optedOutAt: Date | null;
}

/** Besides, how far each part got, in order. */
export interface ReportRow extends RecipientRow {
  parts: { part: number; state: string; code: string | null }[];
}

export interface RecipientPage {
  state?: DeliveryState;
  /** The key of the last recipient of the page before: see `recipientKey`. */
  after?: string;
  limit: number;
}

const COLUMNS = `recipient.id, recipient.contact_id AS "contactId", recipient.phone, recipient.line, recipient.name, recipient.state,
  recipient.code, recipient.variant, recipient.next_part AS "partsSent", recipient.sender_id AS "senderId",
  senders.name AS "senderName", recipient.queued_at AS "queuedAt", recipient.sent_at AS "sentAt",
  recipient.delivered_at AS "deliveredAt", recipient.read_at AS "readAt", recipient.replied_at AS "repliedAt",
  recipient.opted_out_at AS "optedOutAt"`;

/**
 * All recipients are listed by line, those of one state by id: sending changes neither key, so a recipient that
 * moves on meanwhile is neither lost nor repeated, and both orders have an index. Only an erasure or a merge of the
 * contact in that very moment can show a recipient twice.
 */
export function recipientKey(row: RecipientRow, state: DeliveryState | undefined): string {
  return state ? row.id : row.line;
}

/** The next recipients after a key. */
export async function recipientsAfter(
  tx: Tx,
  campaign: { tenantId: string; id: string },
  page: RecipientPage,
): Promise<RecipientRow[]> {
  const { text, values } = pageQuery(campaign, page, COLUMNS, '');
  return tx.query<RecipientRow[]>(text, values);
}

/** The same with the parts, for files. */
export async function reportAfter(
  tx: Tx,
  campaign: { tenantId: string; id: string },
  page: RecipientPage,
): Promise<ReportRow[]> {
  const { text, values } = pageQuery(
    campaign,
    page,
    `${COLUMNS}, coalesce(sent.parts, '[]') AS parts`,
    `LEFT JOIN LATERAL (
       SELECT jsonb_agg(jsonb_build_object('part', part, 'state', state, 'code', code) ORDER BY part) AS parts
       FROM messages WHERE delivery_id = recipient.id AND direction = 'out') sent ON true`,
  );
  return tx.query<ReportRow[]>(text, values);
}

function pageQuery(
  campaign: { tenantId: string; id: string },
  page: RecipientPage,
  columns: string,
  join: string,
): { text: string; values: unknown[] } {
  const conditions = ['recipient.tenant_id = $1', 'recipient.campaign_id = $2'];
  const values: unknown[] = [campaign.tenantId, campaign.id, page.limit];
  const after = page.after && `$${values.push(page.after)}`;
  const ofState = page.state && inOrder([page.state], { alias: 'recipient', ...(after && { after }) });
  if (ofState) conditions.push(ofState.where);
  else if (after) conditions.push(`recipient.line > ${after}`);
  const text = `SELECT ${columns}
     FROM deliveries recipient
     LEFT JOIN senders ON senders.id = recipient.sender_id AND senders.tenant_id = recipient.tenant_id
     ${join}
     WHERE ${conditions.join(' AND ')} ORDER BY ${ofState?.orderBy ?? 'recipient.line'} LIMIT $3`;
  return { text, values };
}

import { readWidePage, type Tx } from '../../db/index.js';
import { idBehind, type Page, type PageRequest } from '../../lib/pages.js';
import {
  HOURS_REASONS,
  Message,
  type MessageDirection,
  type MessageState,
  type SourceKind,
} from '../delivery/index.js';

export interface MessageFilter {
  campaignId?: string;
  contactId?: string;
  senderId?: string;
  state?: MessageState;
  direction?: MessageDirection;
  kind?: SourceKind;
  bulkId?: string;
  testId?: string;
}

/** A message with columns of other tables. */
export type MessageView = Message & MessageSurroundings;

interface MessageSurroundings {
  /** Number or other identity, as it was written to; null when the contact and the campaign are both gone. */
  phone: string | null;
  /** What its recipient last had to wait for. */
  waitReason: string | null;
  waitUntil: Date | null;
  /** The message that it answers, if that is still there. */
  replyTo: string | null;
}

export async function findMessage(tx: Tx, tenantId: string, id: string): Promise<MessageView | undefined> {
  const message = await tx.findOneBy(Message, { tenantId, id });
  const [view] = message ? await withSurroundings(tx, [message]) : [];
  return view;
}

/** Newest first; ids sort by creation time. Not counted: there may be millions. */
export async function listMessages(
  tx: Tx,
  tenantId: string,
  filter: MessageFilter,
  page: PageRequest,
): Promise<Page<MessageView>> {
  const query = tx.createQueryBuilder(Message, 'message').where('message.tenantId = :tenantId', { tenantId });
  for (const field of ['campaignId', 'contactId', 'senderId', 'state', 'direction'] as const) {
    if (filter[field] !== undefined)
      query.andWhere(`message.${field} = :${field}`, { [field]: filter[field] });
  }
  for (const field of ['bulkId', 'testId'] as const) {
    if (filter[field] !== undefined)
      query.andWhere(`message.sourceId = :${field}`, { [field]: filter[field] });
  }
  if (filter.kind === 'campaign') query.andWhere(`message.source IS NULL AND message.direction = 'out'`);
  else if (filter.kind !== undefined) {
    query.andWhere('message.source = :kind AND message.sourceId IS NOT NULL', { kind: filter.kind });
  }
  const after = idBehind(page.cursor);
  if (after !== undefined) query.andWhere('message.id < :after', { after });
  const wide = ['body', 'content', 'attempts'] as const;
  const found = await readWidePage(tx, query, { limit: page.limit, wide });
  return { ...found, items: await withSurroundings(tx, found.items) };
}

/** Hours that have opened keep nothing back any more: what is left is the usual turn of a sender. */
const IS_OVER = `r.wait_reason IN ${HOURS_REASONS} AND r.wait_until <= now()`;

/** The number comes from the recipient, which outlives its contact, or from the contact, which outlives its campaigns. */
async function withSurroundings(tx: Tx, messages: Message[]): Promise<MessageView[]> {
  const rows: ({ id: string } & MessageSurroundings)[] = await tx.query(
    `SELECT m.id, coalesce(r.phone, c.phone, c.line) AS phone, CASE WHEN ${IS_OVER} THEN NULL ELSE r.wait_reason END AS "waitReason",
            r.wait_until AS "waitUntil", answered.id AS "replyTo"
     FROM messages m
     LEFT JOIN messages answered ON answered.id = m.reply_to AND answered.tenant_id = m.tenant_id
     LEFT JOIN deliveries r ON r.id = m.delivery_id AND r.tenant_id = m.tenant_id
     LEFT JOIN contacts c ON c.id = m.contact_id AND c.tenant_id = m.tenant_id
     WHERE m.id = ANY($1::uuid[])`,
    [messages.map(({ id }) => id)],
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  return messages.map((message) => {
    const { phone = null, waitReason = null, waitUntil = null, replyTo = null } = found.get(message.id) ?? {};
    return Object.assign(message, { phone, waitReason, waitUntil, replyTo });
  });
}

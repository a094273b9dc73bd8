import type { Tx } from '../../db/index.js';
import { idBehind, toPage, type Page, type PageRequest } from '../../lib/pages.js';
import { Message, type MessageState } from './message.entity.js';

export interface MessageFilter {
  campaignId?: string;
  contactId?: string;
  senderId?: string;
  state?: MessageState;
  direction?: 'in' | 'out';
}

export async function findMessage(tx: Tx, tenantId: string, id: string): Promise<Message | undefined> {
  return (await tx.findOneBy(Message, { tenantId, id })) ?? undefined;
}

/** Newest first; ids sort by creation time. Not counted: there may be millions. */
export async function listMessages(
  tx: Tx,
  tenantId: string,
  filter: MessageFilter,
  page: PageRequest,
): Promise<Page<Message>> {
  const query = tx.createQueryBuilder(Message, 'message').where('message.tenantId = :tenantId', { tenantId });
  for (const field of ['campaignId', 'contactId', 'senderId', 'state', 'direction'] as const) {
    if (filter[field] !== undefined)
      query.andWhere(`message.${field} = :${field}`, { [field]: filter[field] });
  }
  const after = idBehind(page.cursor);
  if (after !== undefined) query.andWhere('message.id < :after', { after });
  const rows = await query
    .orderBy('message.id', 'DESC')
    .limit(page.limit + 1)
    .getMany();
  return toPage(rows, page.limit, (message) => [message.id]);
}

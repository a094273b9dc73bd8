import type { Tx } from '../../db/index.js';
import { invalid } from '../../lib/errors.js';
import { isId } from '../../lib/ids.js';
import { decodeCursor, toPage, type Page, type PageRequest } from '../../lib/pages.js';
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
  if (page.cursor !== undefined) query.andWhere('message.id < :after', { after: cursorId(page.cursor) });
  const rows = await query
    .orderBy('message.id', 'DESC')
    .limit(page.limit + 1)
    .getMany();
  return toPage(rows, page.limit, (message) => [message.id]);
}

function cursorId(cursor: string): string {
  const id = decodeCursor(cursor)?.[0];
  if (!isId(id)) {
    throw invalid([{ path: 'cursor', message: 'use the nextCursor of an earlier page as it was given' }]);
  }
  return id;
}

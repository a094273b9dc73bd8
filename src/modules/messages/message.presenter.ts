import type { Page } from '../../lib/pages.js';
import type { MessageResponse } from './message.dto.js';
import type { Message } from './message.entity.js';

export function presentMessage(message: Message): MessageResponse {
  return {
    id: message.id,
    direction: message.direction,
    state: message.state,
    code: message.code,
    senderId: message.senderId,
    waMessageId: message.waMessageId,
    contactId: message.contactId,
    campaignId: message.campaignId,
    part: message.part,
    type: message.type,
    content: message.body,
    createdAt: message.createdAt.toISOString(),
    sentAt: message.sentAt?.toISOString() ?? null,
    deliveredAt: message.deliveredAt?.toISOString() ?? null,
    readAt: message.readAt?.toISOString() ?? null,
  };
}

export function presentMessages(page: Page<Message>): Page<MessageResponse> {
  return { ...page, items: page.items.map(presentMessage) };
}

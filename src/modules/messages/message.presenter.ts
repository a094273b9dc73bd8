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
    ...presentContent(message.content),
    createdAt: message.createdAt.toISOString(),
    sentAt: message.sentAt?.toISOString() ?? null,
    deliveredAt: message.deliveredAt?.toISOString() ?? null,
    readAt: message.readAt?.toISOString() ?? null,
  };
}

/** The file by its link; what else belongs to a message as it was sent. */
function presentContent(content: Message['content']): Pick<MessageResponse, 'media' | 'details'> {
  if (content === null) return { media: null, details: null };
  const { type: _type, mediaId, caption: _caption, fileName, ...details } = content;
  const media =
    typeof mediaId === 'string'
      ? {
          id: mediaId,
          contentUrl: `/api/media/${mediaId}/content`,
          fileName: typeof fileName === 'string' ? fileName : null,
        }
      : null;
  return { media, details: Object.keys(details).length === 0 ? null : details };
}

export function presentMessages(page: Page<Message>): Page<MessageResponse> {
  return { ...page, items: page.items.map(presentMessage) };
}

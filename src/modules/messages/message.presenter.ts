import type { Page } from '../../lib/pages.js';
import { shownIdentity } from '../contacts/index.js';
import type { MessageResponse } from './message.dto.js';
import type { MessageView } from './message.repository.js';
import type { Message } from '../delivery/index.js';

export function presentMessage(message: MessageView): MessageResponse {
  const isOut = message.direction === 'out';
  const { phoneNumber, ...others } = shownIdentity(message.phone);
  const isIn = message.direction === 'in';
  const { pushName, quotes, editedAt } = message.received ?? {};
  return {
    id: message.id,
    direction: message.direction,
    kind: isOut ? (message.source ?? 'campaign') : null,
    state: message.state,
    code: message.code,
    senderId: message.senderId,
    to: isIn ? null : phoneNumber,
    from: isIn ? phoneNumber : null,
    ...others,
    replyTo: message.replyTo,
    sendAt: message.sendAt?.toISOString() ?? null,
    waitingFor: presentWait(message),
    waMessageId: message.waMessageId,
    contactId: message.contactId,
    campaignId: message.campaignId,
    part: message.part,
    type: message.type,
    content: message.body,
    ...presentContent(message.content),
    pushName: pushName ?? null,
    quotedWaMessageId: quotes ?? null,
    editedAt: editedAt ?? null,
    createdAt: message.createdAt.toISOString(),
    sentAt: message.sentAt?.toISOString() ?? null,
    deliveredAt: message.deliveredAt?.toISOString() ?? null,
    readAt: message.readAt?.toISOString() ?? null,
    textRemovedAt: message.textRemovedAt?.toISOString() ?? null,
  };
}

/** A wait is over once the message is not queued any more. */
function presentWait({ state, waitReason, waitUntil }: MessageView): MessageResponse['waitingFor'] {
  if (state !== 'queued' || waitReason === null) return null;
  return { reason: waitReason, until: waitUntil?.toISOString() ?? null };
}

/** The file as a link, and the other fields as they were sent. */
function presentContent(content: Message['content']): Pick<MessageResponse, 'media' | 'details'> {
  if (content === null) return { media: null, details: null };
  const { type: _type, mediaId, caption: _caption, text: _text, fileName, media: file, ...rest } = content;
  const details = file === undefined ? rest : { ...rest, file: withoutRef(file) };
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

/** Where a file that came in is, is between the engine and its transport. */
function withoutRef(file: unknown): unknown {
  if (typeof file !== 'object' || file === null) return null;
  const { ref: _ref, ...about } = file as Record<string, unknown>;
  return about;
}

export function presentMessages(page: Page<MessageView>): Page<MessageResponse> {
  return { ...page, items: page.items.map(presentMessage) };
}

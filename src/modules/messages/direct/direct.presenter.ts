import type { AcceptedBulkResponse, AcceptedMessageResponse } from './direct.dto.js';
import type { AcceptedBulk, AcceptedMessage } from './direct.types.js';

export function presentAccepted({ id, state, to, sendAt }: AcceptedMessage): AcceptedMessageResponse {
  return { id, state, to, sendAt: sendAt?.toISOString() ?? null };
}

export function presentAcceptedBulk({ id, messages, refused }: AcceptedBulk): AcceptedBulkResponse {
  return {
    id,
    messages: messages.map((message) => {
      const { id: messageId, state, to, sendAt } = presentAccepted(message);
      return { index: message.index, id: messageId, state, to, sendAt };
    }),
    refused: refused.map(({ index, code, errors }) => ({ index, code, errors })),
  };
}

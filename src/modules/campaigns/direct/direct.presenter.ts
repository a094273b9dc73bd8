import type { AcceptedBulkResponse, AcceptedMessageResponse } from './direct.dto.js';
import type { AcceptedBulk, AcceptedMessage } from './direct.types.js';

export function presentAccepted({ id, state, to, at }: AcceptedMessage): AcceptedMessageResponse {
  return { id, state, to, at: at?.toISOString() ?? null };
}

export function presentAcceptedBulk({ id, messages, refused }: AcceptedBulk): AcceptedBulkResponse {
  return {
    id,
    messages: messages.map((message) => ({ index: message.index, ...presentAccepted(message) })),
    refused: refused.map(({ index, code, errors }) => ({ index, code, errors })),
  };
}

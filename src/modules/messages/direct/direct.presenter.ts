import { listedFaults } from '../../../lib/faults.js';
import type { AcceptedBulkResponse, AcceptedMessageResponse } from './direct.dto.js';
import type { AcceptedBulk, AcceptedMessage } from './direct.types.js';

/** Of each message that is refused: there may be a thousand. */
const FAULTS_SHOWN = 5;

export function presentAccepted({
  id,
  state,
  to,
  sendAt,
  replyTo,
}: AcceptedMessage): AcceptedMessageResponse {
  return { id, state, to, sendAt: sendAt?.toISOString() ?? null, replyTo };
}

export function presentAcceptedBulk({ id, messages, refused }: AcceptedBulk): AcceptedBulkResponse {
  return {
    id,
    messages: messages.map((message) => {
      const { id: messageId, state, to, sendAt, replyTo } = presentAccepted(message);
      return { index: message.index, id: messageId, state, to, sendAt, replyTo };
    }),
    refused: refused.map(({ index, code, errors }) => ({
      index,
      code,
      errors: listedFaults(errors.slice(0, FAULTS_SHOWN)),
    })),
  };
}

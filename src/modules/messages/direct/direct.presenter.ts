import { listedFaults } from '../../../lib/faults.js';
import { shownIdentity } from '../../contacts/index.js';
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
  const { phoneNumber, ...others } = shownIdentity(to);
  return { id, state, to: phoneNumber, ...others, sendAt: sendAt?.toISOString() ?? null, replyTo };
}

export function presentAcceptedBulk({ id, messages, refused }: AcceptedBulk): AcceptedBulkResponse {
  return {
    id,
    messages: messages.map((message) => {
      const { id: messageId, ...accepted } = presentAccepted(message);
      return { index: message.index, id: messageId, ...accepted };
    }),
    refused: refused.map(({ index, code, errors }) => ({
      index,
      code,
      errors: listedFaults(errors.slice(0, FAULTS_SHOWN)),
    })),
  };
}

import type { RecipientForSend, RenderedContent } from '../../modules/campaigns/index.js';
import type { ReservationRequest } from '../../modules/senders/index.js';

/** The only sender that may go on: the one of an interrupted hand-over, or of the earlier parts while it is there. */
export function boundSender(recipient: RecipientForSend): string | undefined {
  if (recipient.resend) return recipient.resend.senderId;
  const continues = recipient.nextPart > 0 && recipient.senderId !== null && !recipient.senderGone;
  return continues ? (recipient.senderId ?? undefined) : undefined;
}

export function requestFor(
  recipient: RecipientForSend,
  contents: readonly RenderedContent[],
  occupyMs: number,
): ReservationRequest {
  const bound = boundSender(recipient);
  return {
    tenantId: recipient.tenantId,
    // A started conversation is finished by its sender even when the pool's tags have changed since.
    pool: bound === undefined ? recipient.pool : { senderIds: [bound], senderTags: [] },
    messages: contents.length,
    messageTypes: [...new Set(contents.map(({ type }) => type))],
    requiredSenderId: bound,
    preferredSenderId: recipient.stickySender ? (recipient.lastSenderId ?? undefined) : undefined,
    newConversation: bound === undefined,
    occupyMs,
    minDelay: recipient.minDelay,
    maxDelay: recipient.maxDelay,
  };
}

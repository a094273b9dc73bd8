import type { ReservationRequest } from '../../modules/senders/index.js';
import type { RecipientForSend } from '../../modules/delivery/index.js';
import type { RenderedContent } from '../../modules/content/index.js';

/**
 * The only sender that may continue: the one of an interrupted hand-over, or of the earlier parts while it is
 * available.
 */
export function boundSender(recipient: RecipientForSend): string | undefined {
  if (recipient.resend?.isSafe) return recipient.resend.senderId;
  const continues = recipient.nextPart > 0 && recipient.senderId !== null && !recipient.senderGone;
  return continues ? (recipient.senderId ?? undefined) : undefined;
}

/** The sender of an interrupted hand-over first: two copies in one chat are better than from two numbers. */
function preferredSender({ resend, stickySender, lastSenderId }: RecipientForSend): string | undefined {
  if (resend) return resend.senderId;
  return stickySender ? (lastSenderId ?? undefined) : undefined;
}

/** Messages a sender takes on with this recipient; none when it goes on with what it has begun. */
export function beginsWith(recipient: RecipientForSend): number {
  return boundSender(recipient) === undefined ? recipient.parts.length - recipient.nextPart : 0;
}

/** Senders that have no room left for this recipient in their budget for the campaign. */
function spentSenders(recipient: RecipientForSend): string[] {
  const { maxPerSender, senderUse } = recipient;
  if (maxPerSender === null || !senderUse) return [];
  const room = maxPerSender - beginsWith(recipient);
  return Object.entries(senderUse).flatMap(([senderId, used]) => (used > room ? [senderId] : []));
}

export function requestFor(
  recipient: RecipientForSend,
  types: readonly RenderedContent['type'][],
  occupyMs: number,
): ReservationRequest {
  const bound = boundSender(recipient);
  return {
    tenantId: recipient.tenantId,
    // A started conversation is finished by its sender even when the pool's tags have changed since.
    pool: bound === undefined ? recipient.pool : { senderIds: [bound], senderTags: [] },
    messages: types.length,
    messageTypes: [...new Set(types)],
    requiredSenderId: bound,
    preferredSenderId: preferredSender(recipient),
    excludedSenderIds: bound === undefined ? spentSenders(recipient) : [],
    newConversation: bound === undefined,
    urgent: recipient.kind === 'direct',
    // A recipient that was begun does not let others go first.
    yields: recipient.preempted && recipient.kind !== 'direct' && bound === undefined,
    rank: recipient.kind === 'direct' ? 0 : recipient.priority,
    occupyMs,
    minDelay: recipient.minDelay,
    maxDelay: recipient.maxDelay,
  };
}

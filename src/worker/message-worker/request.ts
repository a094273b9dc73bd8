import { reachedBy } from './recipient.js';
import { laneAt, type LoadedDelivery } from '../../modules/delivery/index.js';
import type { RenderedContent } from '../../modules/content/index.js';
import type { AnswerRequest, ReservationRequest, SenderPool } from '../../modules/senders/index.js';

/**
 * The only sender that may continue: the one of an interrupted hand-over, or of the earlier parts while it is
 * available.
 */
export function boundSender({ delivery, resend }: LoadedDelivery): string | undefined {
  if (resend?.isSafe) return resend.senderId;
  const continues = delivery.nextPart > 0 && delivery.senderId !== null && !delivery.senderGone;
  return continues ? (delivery.senderId ?? undefined) : undefined;
}

/** The sender of an interrupted hand-over first: two copies in one chat are better than from two numbers. */
function preferredSender({ resend, policy, facts }: LoadedDelivery): string | undefined {
  if (resend) return resend.senderId;
  return policy.stickySender ? (facts.lastSenderId ?? undefined) : undefined;
}

/** Messages a sender takes on with this delivery; none when it goes on with what it has begun. */
export function beginsWith(loaded: LoadedDelivery): number {
  const { parts, nextPart } = loaded.delivery;
  return boundSender(loaded) === undefined ? parts - nextPart : 0;
}

/** Senders that have no room left for this delivery in their budget for the source. */
function spentSenders(loaded: LoadedDelivery): string[] {
  const { maxPerSender, senderUse } = loaded.policy;
  if (maxPerSender === null || !senderUse) return [];
  const room = maxPerSender - beginsWith(loaded);
  return Object.entries(senderUse).flatMap(([senderId, used]) => (used > room ? [senderId] : []));
}

/** A started conversation is finished by its sender even when the pool's tags have changed since. */
function poolOf(
  { delivery: { onlySenderId }, policy }: LoadedDelivery,
  bound: string | undefined,
): SenderPool {
  const only = bound ?? onlySenderId;
  return only === null ? policy.pool : { senderIds: [only], senderTags: [] };
}

/**
 * Whether a delivery that was accepted as an answer is one now, of its conversation's sender. What was begun through another
 * sender, or may have been, goes on there.
 */
export function isAnswerNow(loaded: LoadedDelivery, now: Date): boolean {
  const { delivery, facts } = loaded;
  const { lane, onlySenderId } = delivery;
  if (onlySenderId === null || (boundSender(loaded) ?? onlySenderId) !== onlySenderId) return false;
  return laneAt({ lane, lastInboundAt: facts.lastInboundAt }, now) === 'answer';
}

/** What an answer asks for; undefined for a delivery that is none, or is none any more, and goes like the others. */
export function answerFor(
  loaded: LoadedDelivery,
  types: readonly RenderedContent['type'][],
  now: Date,
): AnswerRequest | undefined {
  const { tenantId, onlySenderId } = loaded.delivery;
  if (onlySenderId === null || !isAnswerNow(loaded, now)) return undefined;
  const content = { messages: types.length, messageTypes: [...new Set(types)] };
  return { tenantId, senderId: onlySenderId, ...content, reachedBy: reachedBy(loaded) };
}

export function requestFor(
  loaded: LoadedDelivery,
  types: readonly RenderedContent['type'][],
  occupyMs: number,
): ReservationRequest {
  const { delivery, policy } = loaded;
  const bound = boundSender(loaded);
  const isDirect = delivery.lane !== 'campaign';
  return {
    tenantId: delivery.tenantId,
    pool: poolOf(loaded, bound),
    messages: types.length,
    messageTypes: [...new Set(types)],
    reachedBy: reachedBy(loaded),
    requiredSenderId: bound,
    preferredSenderId: preferredSender(loaded),
    excludedSenderIds: bound === undefined ? spentSenders(loaded) : [],
    newConversation: bound === undefined,
    urgent: isDirect,
    // A recipient that was begun does not let others go first.
    yields: policy.preempted && !isDirect && bound === undefined,
    rank: isDirect ? 0 : policy.priority,
    occupyMs,
    minDelay: policy.minDelay,
    maxDelay: policy.maxDelay,
  };
}

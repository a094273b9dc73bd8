import { MAX_CONSECUTIVE_FAILURES, MIN_HEALTH_TO_SEND } from './health.js';
import { leftIn, takeFromWindow, windowAt, type QuotaWindow } from './quota.js';
import type { WaitReason } from './waiting.js';

/** What an answer needs to know of the one sender that can send it. */
export interface AnsweringSender {
  status: string;
  pausedAt: Date | null;
  healthScore: number;
  consecutiveFailures: number;
  /** Its transport carries the message's types. */
  supported: boolean;
  /** Its transport can write to the person. */
  reaches: boolean;
  /** The worker that asks hosts its session. */
  isHere: boolean;
  /** The minute of its answers; other messages are not counted in it. */
  answers: QuotaWindow;
}

/** `elsewhere`: another worker has to send it. */
export type AnswerDecision =
  | { kind: 'reserved'; messages: number; answers: QuotaWindow }
  | { kind: 'later'; at: Date }
  | { kind: 'elsewhere' }
  | { kind: 'none'; reason: WaitReason };

/**
 * Whether a sender can take an answer of so many messages now. Neither its pace nor its other quotas are asked, nor whether
 * it is kept for others or barred from new conversations: a person who is waiting for an answer gets it. As with other
 * messages, one that is larger than the whole quota gets that quota.
 */
export function decideAnswer(sender: AnsweringSender, wanted: number, now: Date): AnswerDecision {
  const reason = unable(sender);
  if (reason) return { kind: 'none', reason };
  const window = windowAt(sender.answers, now);
  const messages = Math.min(wanted, window.quota);
  if (window.startedAt && leftIn(window, now) < messages) {
    return { kind: 'later', at: new Date(window.startedAt.getTime() + window.lengthMs) };
  }
  if (!sender.isHere) return { kind: 'elsewhere' };
  return { kind: 'reserved', messages, answers: takeFromWindow(window, messages, now) };
}

/** In the order in which `emptyPoolReason` says it of a pool. */
function unable(sender: AnsweringSender): WaitReason | undefined {
  if (!sender.supported) return 'unsupported_type';
  if (!sender.reaches) return 'no_reachable_identity';
  if (sender.status !== 'connected') return 'no_sender_connected';
  if (sender.pausedAt) return 'all_paused';
  const { healthScore, consecutiveFailures } = sender;
  const isHealthy = healthScore >= MIN_HEALTH_TO_SEND && consecutiveFailures < MAX_CONSECUTIVE_FAILURES;
  return isHealthy ? undefined : 'all_unhealthy';
}

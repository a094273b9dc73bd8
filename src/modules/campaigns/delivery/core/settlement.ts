import type { Random } from '../../../../lib/random.js';
import { addMs } from '../../../../lib/clock.js';
import type { SendOutcome } from '../../../../transports/transport.js';
import { givesUp, wakeAt } from './retry.js';

/**
 * What an outcome means for the message and its recipient. `requeued`: nothing was delivered, it may be sent again; its
 * code is for the trace only.
 */
export type Settlement =
  | { kind: 'sent'; waMessageId: string; at: Date }
  | { kind: 'failed'; code: string }
  | { kind: 'unknown'; code: string }
  | { kind: 'requeued'; code: string };

/** What an outcome says about the sender. */
export interface SenderVerdict {
  result: 'success' | 'failure' | 'neutral';
  code?: string;
  restrictedUntil?: Date;
  notBefore?: Date;
}

export interface Judgement {
  settlement: Settlement;
  verdict: SenderVerdict;
  /** When the job runs again; set exactly when the settlement is `requeued`. */
  retryAt?: Date;
}

/** Other senders may take a bounced message at once; a little spread keeps a lost sender's messages apart. */
const NEXT_SENDER_SPREAD_MS = 500;

/** The claim an outcome belongs to. */
export interface JudgedClaim {
  claimEpoch: number;
  part: number;
  /** An earlier hand-over of this very message may have arrived: it stays with its sender and its id. */
  isResend: boolean;
}

/** Turns a transport's answer into what is recorded. Exhaustive: a new kind of outcome does not compile until it is judged. */
export function judge(outcome: SendOutcome, claim: JudgedClaim, now: Date, random: Random): Judgement {
  switch (outcome.kind) {
    case 'sent':
      return {
        settlement: { kind: 'sent', waMessageId: outcome.waMessageId, at: outcome.at },
        verdict: { result: 'success' },
      };
    case 'rejected':
      // The recipient's or the content's fault: the sender's health is not touched.
      return { settlement: { kind: 'failed', code: outcome.code }, verdict: { result: 'neutral' } };
    case 'unknown':
      return {
        settlement: { kind: 'unknown', code: outcome.code },
        verdict: { result: 'failure', code: outcome.code },
      };
    case 'senderLost':
      return {
        settlement: { kind: 'requeued', code: outcome.code },
        verdict: { result: 'failure', code: outcome.code },
        retryAt: soon(now, random),
      };
    case 'retryLater':
      return judgeRetry(outcome, claim, now, random);
  }
}

function judgeRetry(
  outcome: Extract<SendOutcome, { kind: 'retryLater' }>,
  claim: JudgedClaim,
  now: Date,
  random: Random,
): Judgement {
  if (outcome.scope === 'sender') {
    const limit = outcome.code === 'restricted' ? { restrictedUntil: outcome.at } : { notBefore: outcome.at };
    return {
      settlement: { kind: 'requeued', code: outcome.code },
      verdict: { result: 'failure', code: outcome.code, ...limit },
      // A later part or a resend is bound to this sender and waits with it; others may go elsewhere at once.
      retryAt: claim.part > 0 || claim.isResend ? wakeAt(outcome.at, now, random) : soon(now, random),
    };
  }
  if (givesUp(claim.claimEpoch, claim.part)) {
    const kind = claim.isResend ? 'unknown' : 'failed';
    return { settlement: { kind, code: 'gave_up' }, verdict: { result: 'neutral' } };
  }
  return {
    settlement: { kind: 'requeued', code: outcome.code },
    verdict: { result: 'neutral' },
    retryAt: wakeAt(outcome.at, now, random),
  };
}

function soon(now: Date, random: Random): Date {
  return addMs(now, Math.round(random() * NEXT_SENDER_SPREAD_MS));
}

import type { Random } from '../../../lib/random.js';
import { addMs } from '../../../lib/clock.js';
import type { SendOutcome } from '../../../transports/transport.js';
import { resolveUnconfirmed, type UnconfirmedSend } from './unconfirmed.js';
import { givesUp, wakeAt } from './retry.js';

/**
 * What an outcome means for the message and its recipient. `requeued`: it may be sent again, for nothing was delivered
 * or (`keepsId`) the network takes a second copy for the first; its code is for the trace only. `resend`: its delivery
 * status is unknown, and it is sent again after a grace period.
 */
export type Settlement =
  | { kind: 'sent'; waMessageId: string; at: Date }
  | { kind: 'failed'; code: string }
  | { kind: 'unknown'; code: string }
  | { kind: 'requeued'; code: string; keepsId?: true }
  | { kind: 'resend'; code: string; until: Date };

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
  /** When the job runs again; set exactly when the settlement is `requeued` or `resend`. */
  retryAt?: Date;
}

/** Other senders may take a returned message at once; the spread keeps the messages of a lost sender apart. */
const NEXT_SENDER_SPREAD_MS = 500;

/** The claim an outcome belongs to. */
export interface JudgedClaim {
  claimEpoch: number;
  part: number;
  /**
   * An earlier hand-over of this very message may have arrived: only its sender can repeat it safely, with the same id.
   */
  isResend: boolean;
  /** An earlier hand-over may have arrived, under whatever id. */
  mayHaveArrived: boolean;
  unconfirmedSend: UnconfirmedSend;
  /** Time for a late receipt, in milliseconds. */
  graceMs: number;
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
      // The recipient or the content caused the error: the sender's health is not changed.
      return { settlement: { kind: 'failed', code: outcome.code }, verdict: { result: 'neutral' } };
    case 'unknown':
      return judgeUnknown(outcome.code, claim, now);
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

function judgeUnknown(code: string, { unconfirmedSend, graceMs }: JudgedClaim, now: Date): Judgement {
  const settled = resolveUnconfirmed(code, unconfirmedSend, { now, graceMs });
  const verdict = { result: 'failure', code } as const;
  switch (settled.kind) {
    case 'unknown':
      return { settlement: settled, verdict };
    case 'resend':
      return { settlement: settled, verdict, retryAt: settled.until };
    case 'requeued':
      return { settlement: { kind: 'requeued', code, keepsId: true }, verdict, retryAt: settled.at };
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
    const kind = claim.mayHaveArrived ? 'unknown' : 'failed';
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

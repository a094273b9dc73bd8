import type { RecipientForSend } from '../../modules/campaigns/index.js';

/**
 * What a guard says about a recipient. `leave`: somebody else has it or it is finished; `putBack`: not now, the feeder
 * brings it again; `end`: it will not be sent, for a reason that is recorded.
 */
export type Verdict =
  | { kind: 'pass' }
  | { kind: 'leave' }
  | { kind: 'putBack' }
  | { kind: 'end'; to: 'skipped' | 'failed' | 'unknown'; code: string };

type Guard = (recipient: RecipientForSend) => Verdict;

const pass: Verdict = { kind: 'pass' };

const leaveUnlessQueued: Guard = (recipient) => (recipient.state === 'queued' ? pass : { kind: 'leave' });

const holdUnlessRunning: Guard = (recipient) => {
  switch (recipient.campaignStatus) {
    case 'running':
      return pass;
    case 'draft':
    case 'scheduled':
    case 'paused':
      return { kind: 'putBack' };
    case 'stopped':
    case 'failed':
    case 'completed':
      return { kind: 'end', to: 'skipped', code: 'campaign_stopped' };
  }
};

/** A contact that was erased took its consent with it. */
const ensureContact: Guard = (recipient) =>
  recipient.contactExists ? pass : { kind: 'end', to: 'skipped', code: 'contact_deleted' };

const ensureConsent: Guard = (recipient) =>
  recipient.optedOut || recipient.suppressed ? { kind: 'end', to: 'skipped', code: 'opted_out' } : pass;

/** Only that sender could send it without the risk of a second copy. */
const ensureResendPossible: Guard = (recipient) =>
  recipient.resend?.senderLost ? { kind: 'end', to: 'unknown', code: 'sender_lost' } : pass;

/** In this order; the first that does not pass decides. */
const checklist: readonly Guard[] = [
  leaveUnlessQueued,
  holdUnlessRunning,
  ensureContact,
  ensureConsent,
  ensureResendPossible,
];

export function checkRecipient(recipient: RecipientForSend): Verdict {
  for (const guard of checklist) {
    const verdict = guard(recipient);
    if (verdict.kind !== 'pass') return honest(recipient, verdict);
  }
  return pass;
}

/** A part that may have reached the phone before a crash cannot be called skipped or failed. */
export function honest(recipient: RecipientForSend, verdict: Verdict): Verdict {
  return verdict.kind === 'end' && recipient.resend ? { ...verdict, to: 'unknown' } : verdict;
}

import { addMs } from '../../lib/clock.js';
import { isExpired, isInsideWindow, type RecipientForSend } from '../../modules/delivery/index.js';

/**
 * What a guard decides about a recipient. `leave`: another worker has it, or it is finished; `putBack`: back to
 * `pending`, the feeder queues it again; `rest`: the same job runs again at `until` (`ceilingUntil`: the whole campaign
 * waits); `end`: it is not sent, and the reason is recorded.
 */
export type Verdict =
  | { kind: 'pass' }
  | { kind: 'leave' }
  | { kind: 'putBack' }
  | { kind: 'rest'; until: Date; ceilingUntil?: Date }
  | { kind: 'end'; to: 'skipped' | 'failed' | 'unknown'; code: string };

type Guard = (recipient: RecipientForSend, now: Date) => Verdict;

const pass: Verdict = { kind: 'pass' };

const leaveUnlessQueued: Guard = (recipient) => (recipient.state === 'queued' ? pass : { kind: 'leave' });

const deferUnlessRunning: Guard = (recipient) => {
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

/** Without its contact a recipient has no consent any more. */
const ensureContact: Guard = (recipient) =>
  recipient.contactExists ? pass : { kind: 'end', to: 'skipped', code: 'contact_deleted' };

const ensureConsent: Guard = ({ optedOut, suppressed }) => {
  if (optedOut) return { kind: 'end', to: 'skipped', code: 'opted_out' };
  return suppressed ? { kind: 'end', to: 'skipped', code: 'suppressed' } : pass;
};

/** A number check found no account; a part that may have arrived already contradicts it. */
const ensureOnWhatsApp: Guard = ({ unregistered, resend }) =>
  unregistered && !resend ? { kind: 'end', to: 'skipped', code: 'not_on_whatsapp' } : pass;

/** A queue that was rebuilt runs jobs of scheduled messages too early. */
const deferUntilSendAt: Guard = ({ sendAt }, now) =>
  sendAt && sendAt > now ? { kind: 'rest', until: sendAt } : pass;

const ensureNotExpired: Guard = (recipient, now) =>
  isExpired(recipient, now) ? { kind: 'end', to: 'skipped', code: 'outside_window_expired' } : pass;

/** Put back: the feeder queues it again when the window is open. */
const ensureInsideWindow: Guard = (recipient, now) =>
  isInsideWindow(recipient, now) ? pass : { kind: 'putBack' };

/** About as long as typing takes; a longer wait would block a sender. */
const CEILING_PATIENCE_MS = 3_000;

/** The campaign's ceiling is used up: runs again early enough to have typed when the next message is allowed. */
const deferUnderCeiling: Guard = ({ nextSlotAt }, now) =>
  nextSlotAt && nextSlotAt.getTime() - now.getTime() > CEILING_PATIENCE_MS
    ? { kind: 'rest', until: addMs(nextSlotAt, -CEILING_PATIENCE_MS), ceilingUntil: nextSlotAt }
    : pass;

/**
 * Only its sender can repeat it without the risk of a second copy; `onUnknown` of the campaign decides whether to take
 * that risk.
 */
const ensureResendPossible: Guard = ({ resend, onUnknown }) => {
  if (!resend || onUnknown === 'resend' || (resend.isSafe && !resend.senderLost)) return pass;
  return { kind: 'end', to: 'unknown', code: resend.isSafe ? 'sender_lost' : resend.code };
};

/** Waits for a late receipt, which would make a second copy unnecessary. */
const deferForLateReceipt: Guard = ({ resend }, now) =>
  resend?.notBefore && resend.notBefore > now ? { kind: 'rest', until: resend.notBefore } : pass;

/** Only the first message is checked against the cap: a recipient that was begun is finished. */
const ensureUnderFrequencyCap: Guard = ({ overCap }) =>
  overCap ? { kind: 'end', to: 'skipped', code: 'frequency_cap' } : pass;

/** In this order; the first that does not pass decides. */
const checklist: readonly Guard[] = [
  leaveUnlessQueued,
  deferUnlessRunning,
  ensureContact,
  ensureConsent,
  ensureOnWhatsApp,
  ensureNotExpired,
  ensureInsideWindow,
  deferUntilSendAt,
  ensureResendPossible,
  deferForLateReceipt,
  deferUnderCeiling,
  ensureUnderFrequencyCap,
];

export function checkRecipient(recipient: RecipientForSend, now: Date): Verdict {
  for (const guard of checklist) {
    const verdict = guard(recipient, now);
    if (verdict.kind !== 'pass') return markUnknownIfPossiblySent(recipient, verdict);
  }
  return pass;
}

/** What can change while the sender types. */
export function mayStillLeave(recipient: RecipientForSend, now: Date): boolean {
  return !isExpired(recipient, now) && isInsideWindow(recipient, now);
}

/** A part that may have reached the phone before a crash cannot be called skipped or failed. */
export function markUnknownIfPossiblySent(recipient: RecipientForSend, verdict: Verdict): Verdict {
  return verdict.kind === 'end' && recipient.resend ? { ...verdict, to: 'unknown' } : verdict;
}

import { addMs } from '../../lib/clock.js';
import {
  closedHours,
  isExpired,
  isInsideWindow,
  type ClosedHours,
  type LoadedDelivery,
} from '../../modules/delivery/index.js';

/**
 * What a guard decides about a delivery. `leave`: another worker has it, or it is finished; `putBack`: back to
 * `pending`, and queued again when its source sends; `rest`: the same job runs again at `until` (`ceilingUntil`: the
 * whole campaign waits); `closed`: it waits for hours that no campaign waits for on its behalf; `end`: it is not sent,
 * and the reason is recorded.
 */
export type Verdict =
  | { kind: 'pass' }
  | { kind: 'leave' }
  | { kind: 'putBack' }
  | { kind: 'rest'; until: Date; ceilingUntil?: Date }
  | { kind: 'closed'; hours: ClosedHours }
  | { kind: 'end'; to: 'skipped' | 'failed' | 'unknown'; code: string };

type Guard = (loaded: LoadedDelivery, now: Date) => Verdict;

const pass: Verdict = { kind: 'pass' };

const leaveUnlessQueued: Guard = ({ delivery }) => (delivery.state === 'queued' ? pass : { kind: 'leave' });

const deferUnlessOpen: Guard = ({ policy }) => {
  switch (policy.standing) {
    case 'open':
      return pass;
    case 'held':
      return { kind: 'putBack' };
    case 'ended':
      return { kind: 'end', to: 'skipped', code: 'campaign_stopped' };
  }
};

/** Without its contact a recipient has no consent any more. */
const ensureContact: Guard = ({ facts }) =>
  facts.contactExists ? pass : { kind: 'end', to: 'skipped', code: 'contact_deleted' };

const ensureConsent: Guard = ({ facts }) => {
  if (facts.optedOut) return { kind: 'end', to: 'skipped', code: 'opted_out' };
  return facts.suppressed ? { kind: 'end', to: 'skipped', code: 'suppressed' } : pass;
};

/** A number check found no account; a part that may have arrived already contradicts it. */
const ensureOnWhatsApp: Guard = ({ facts, policy, resend }) =>
  facts.notOnWhatsApp && policy.skipUnregistered && !resend
    ? { kind: 'end', to: 'skipped', code: 'not_on_whatsapp' }
    : pass;

/** The one sender it may take is gone for good. A part that may have arrived already ends by its own rule. */
const ensureSenderExists: Guard = ({ delivery, resend }) =>
  delivery.onlySenderGone && !resend ? { kind: 'end', to: 'failed', code: 'sender_deleted' } : pass;

/** A queue that was rebuilt runs jobs of scheduled messages too early. */
const deferUntilSendAt: Guard = ({ delivery: { sendAt } }, now) =>
  sendAt && sendAt > now ? { kind: 'rest', until: sendAt } : pass;

const ensureNotExpired: Guard = (loaded, now) =>
  isExpired(loaded, now) ? { kind: 'end', to: 'skipped', code: 'outside_window_expired' } : pass;

/** A campaign's feeder queues it again when the window is open; what no campaign feeds waits for that itself. */
const ensureInsideWindow: Guard = (loaded, now) => {
  if (isInsideWindow(loaded, now)) return pass;
  if (loaded.delivery.campaignId !== null) return { kind: 'putBack' };
  return { kind: 'closed', hours: closedHours(loaded, now) };
};

/** About as long as typing takes; a longer wait would block a sender. */
const CEILING_PATIENCE_MS = 3_000;

/** The campaign's ceiling is used up: runs again early enough to have typed when the next message is allowed. */
const deferUnderCeiling: Guard = ({ policy: { nextSlotAt } }, now) =>
  nextSlotAt && nextSlotAt.getTime() - now.getTime() > CEILING_PATIENCE_MS
    ? { kind: 'rest', until: addMs(nextSlotAt, -CEILING_PATIENCE_MS), ceilingUntil: nextSlotAt }
    : pass;

/**
 * Only its sender can repeat it without the risk of a second copy; `onUnknown` of the source decides whether to take
 * that risk.
 */
const ensureResendPossible: Guard = ({ resend, policy }) => {
  if (!resend || policy.onUnknown === 'resend' || (resend.isSafe && !resend.senderLost)) return pass;
  return { kind: 'end', to: 'unknown', code: resend.isSafe ? 'sender_lost' : resend.code };
};

/** Waits for a late receipt, which would make a second copy unnecessary. */
const deferForLateReceipt: Guard = ({ resend }, now) =>
  resend?.notBefore && resend.notBefore > now ? { kind: 'rest', until: resend.notBefore } : pass;

/** Only the first message is checked against the cap: a delivery that was begun is finished. */
const ensureUnderFrequencyCap: Guard = ({ overCap }) =>
  overCap ? { kind: 'end', to: 'skipped', code: 'frequency_cap' } : pass;

/** In this order; the first that does not pass decides. */
const checklist: readonly Guard[] = [
  leaveUnlessQueued,
  deferUnlessOpen,
  ensureContact,
  ensureConsent,
  ensureOnWhatsApp,
  ensureSenderExists,
  ensureNotExpired,
  deferUntilSendAt,
  ensureInsideWindow,
  ensureResendPossible,
  deferForLateReceipt,
  deferUnderCeiling,
  ensureUnderFrequencyCap,
];

export function checkDelivery(loaded: LoadedDelivery, now: Date): Verdict {
  for (const guard of checklist) {
    const verdict = guard(loaded, now);
    if (verdict.kind !== 'pass') return markUnknownIfPossiblySent(loaded, verdict);
  }
  return pass;
}

/** What can change while the sender types. */
export function mayStillLeave(loaded: LoadedDelivery, now: Date): boolean {
  return !isExpired(loaded, now) && isInsideWindow(loaded, now);
}

/** A part that may have reached the phone before a crash cannot be called skipped or failed. */
export function markUnknownIfPossiblySent({ resend }: LoadedDelivery, verdict: Verdict): Verdict {
  return verdict.kind === 'end' && resend ? { ...verdict, to: 'unknown' } : verdict;
}

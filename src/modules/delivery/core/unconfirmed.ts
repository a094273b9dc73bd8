import { addMs } from '../../../lib/clock.js';
import type { RenderedContent } from '../../content/core/content.js';
import type { UnknownChoice, MessageAttempt, Resend } from './attempt.js';

/** The first attempts are kept: a message that comes back for days shows how it began. */
export const MAX_ATTEMPTS_KEPT = 50;

/** Unconfirmed hand-overs of one message that are allowed while the network de-duplicates by id. */
export const MAX_SAFE_REPEATS = 10;
/** Resends where the network does not de-duplicate and the campaign takes the risk of second copies. */
export const MAX_RESENDS = 2;

/** How long a late receipt has to come before a message is sent again that may arrive twice. */
export const RESEND_GRACE_MS = 120_000;
/** Before a message is sent again that cannot arrive twice: doubled each time, up to a minute. */
const SAFE_PAUSE_MS = 2_000;
const LONGEST_SAFE_PAUSE_MS = 60_000;

/** What decides how an unconfirmed send is resolved. */
export interface UnconfirmedSend {
  /** It was given its id beforehand, and the network takes a second message of that id for the first. */
  repeatable: boolean;
  onUnknown: UnknownChoice;
  /** Earlier hand-overs of the same message that are unconfirmed too. */
  unconfirmed: number;
}

export type UnconfirmedResolution =
  | { kind: 'unknown'; code: string }
  | { kind: 'requeued'; code: string; keepsId: true; at: Date }
  | { kind: 'resend'; code: string; until: Date };

/** `requeued` where a second copy cannot arrive, `resend` where the campaign risks it, else it stays `unknown`. */
export function resolveUnconfirmed(
  code: string,
  { repeatable, onUnknown, unconfirmed }: UnconfirmedSend,
  { now, graceMs }: { now: Date; graceMs: number },
): UnconfirmedResolution {
  if (repeatable) {
    if (unconfirmed >= MAX_SAFE_REPEATS) return { kind: 'unknown', code };
    const pauseMs = Math.min(SAFE_PAUSE_MS * 2 ** unconfirmed, LONGEST_SAFE_PAUSE_MS);
    return { kind: 'requeued', code, keepsId: true, at: addMs(now, pauseMs) };
  }
  if (onUnknown === 'leave' || unconfirmed >= MAX_RESENDS) return { kind: 'unknown', code };
  return { kind: 'resend', code, until: addMs(now, graceMs) };
}

const CODES_OF_DOUBT: ReadonlySet<string> = new Set(['worker_lost', 'timeout', 'connection_lost']);

/** That attempt was unconfirmed, and the message was to go out again. */
export function isUnconfirmed({ outcome, code }: MessageAttempt): boolean {
  return outcome === 'resend' || (outcome === 'requeued' && CODES_OF_DOUBT.has(code));
}

/** Unconfirmed hand-overs. A full attempt history may have left some out, so it counts as the maximum. */
export function unconfirmedAmong(attempts: readonly MessageAttempt[]): number {
  return attempts.length >= MAX_ATTEMPTS_KEPT ? MAX_ATTEMPTS_KEPT : attempts.filter(isUnconfirmed).length;
}

/** A message that is queued again, as it was kept. */
export interface QueuedMessage {
  senderId: string;
  waMessageId: string | null;
  content: RenderedContent | null;
  attempts: readonly MessageAttempt[];
  senderLost: boolean;
}

/** What was handed over before and may have arrived; undefined for a message that certainly did not. */
export function resendOf(message: QueuedMessage, onUnknown: UnknownChoice): Resend | undefined {
  const { senderId, waMessageId, content, attempts, senderLost } = message;
  const risked = attempts.some(({ outcome }) => outcome === 'resend');
  if (waMessageId === null && !attempts.some(isUnconfirmed)) return undefined;
  const last = attempts.at(-1);
  return {
    senderId,
    waMessageId,
    content,
    senderLost,
    isSafe: waMessageId !== null && !risked && !(senderLost && onUnknown === 'resend'),
    unconfirmed: Math.max(unconfirmedAmong(attempts), 1),
    code: attempts.findLast(isUnconfirmed)?.code ?? 'worker_lost',
    notBefore: last?.outcome === 'resend' && last.until !== undefined ? new Date(last.until) : null,
  };
}

import type { RenderedContent } from '../../content/core/content.js';

/** What to do with an unconfirmed send where a second copy could arrive: leave it `unknown`, or send it again. */
export type UnknownChoice = 'leave' | 'resend';

export interface Resend {
  senderId: string;
  /** Null where the transport takes no ids. */
  waMessageId: string | null;
  /** Null when only its hand-over is known, as after a restore: it is rendered again. */
  content: RenderedContent | null;
  /** That sender will not come back by itself: deleted, banned or logged out. */
  senderLost: boolean;
  /** It cannot arrive twice while the same sender sends it with the same id. */
  isSafe: boolean;
  /** Hand-overs of it that are unconfirmed. */
  unconfirmed: number;
  /** Why the last one is unconfirmed. */
  code: string;
  /** A late receipt may settle it until then. */
  notBefore: Date | null;
}

/** Stands for the worker of hand-overs that a restored database has been told: it is no worker, so they are resolved at once. */
export const WORKER_BEFORE_RESTORE = '00000000-0000-0000-0000-000000000000';

/**
 * A hand-over that did not end as sent, as kept with its message for the recipient's trace; `requeued` came back and
 * was, or will be, tried again; `undelivered` was sent, reported failed later, and is tried again; a `resend` is
 * unconfirmed, and is sent again at the risk of a second copy.
 */
export interface MessageAttempt {
  /** ISO 8601. */
  at: string;
  senderId: string;
  outcome: 'requeued' | 'failed' | 'unknown' | 'undelivered' | 'resend';
  code: string;
  /** Of a `resend`: not before then, ISO 8601. */
  until?: string;
}

import type { AddressKind, MessageType } from '../../transports/transport.js';
import type { WaitReason } from './core/waiting.js';
import type { SenderPool } from './pool.js';

/** Times in milliseconds. */
export interface ReservationRequest {
  tenantId: string;
  pool: SenderPool;
  /** Slots needed: as many as messages will be sent. */
  messages: number;
  messageTypes: MessageType[];
  /** What the person is known by: senders that can write to none of it are left out. Any sender will do when absent. */
  reachedBy?: readonly AddressKind[];
  /** Taken before any other when it is free (sticky). */
  preferredSenderId?: string;
  /** Only this sender may continue. It must still belong to the pool. */
  requiredSenderId?: string;
  /** Members of the pool that may not serve this request: their budget for the campaign is used up. */
  excludedSenderIds?: readonly string[];
  newConversation: boolean;
  /** Of requests that arrive together the smallest goes first; 5 unless given. */
  rank?: number;
  /** Takes the next slot of a busy sender: until then the sender is kept for requests of this kind. */
  urgent?: boolean;
  /** Lets others take a free sender first: gets one only when it was left free for half a second. */
  yields?: boolean;
  /** Typing and pauses: how long the sender is busy with this request. */
  occupyMs: number;
  minDelay: number;
  maxDelay: number;
}

/** The sender that the person wrote to is the only one that can answer. */
export interface AnswerRequest {
  tenantId: string;
  senderId: string;
  /** Slots needed, of the sender's minute of answers. */
  messages: number;
  messageTypes: MessageType[];
  /** What the person is known by; absent when any sender will do. */
  reachedBy?: readonly AddressKind[];
}

/**
 * `reserved.messages` is what was asked, or the sender's whole quota where that is smaller: send that many and reserve
 * again for the rest. `later` says when to ask again. `none` means that time alone will not help.
 */
export type ReservationOutcome =
  ({ kind: 'reserved' } & Reservation) | LaterOutcome | { kind: 'none'; reason: WaitReason };

export interface LaterOutcome {
  kind: 'later';
  at: Date;
  reason: WaitReason;
}

export interface Reservation {
  senderId: string;
  reservedAt: Date;
  messages: number;
  /** Counted among the sender's answers, and not in its other quotas. */
  answer?: true;
}

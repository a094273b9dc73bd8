import type { DeliveryState } from './core/delivery-state.js';
import type { Settlement } from './core/settlement.js';
import type { Resend } from './core/attempt.js';
import type { Lane } from './core/lane.js';
import type { Purpose } from '../tenants/index.js';
import type { RenderedContent } from '../content/index.js';
import type { SourceRef } from './core/source-kind.js';
import type { Policy } from './source.js';

/** What one chat gets from one source, as its row has it. */
export interface Delivery extends SourceRef {
  id: string;
  tenantId: string;
  /** Null for what no campaign sends. */
  campaignId: string | null;
  contactId: string;
  phone: string;
  name: string | null;
  variables: Record<string, unknown>;
  variant: number;
  state: DeliveryState;
  purpose: Purpose;
  lane: Lane;
  /** The part to send next, from 0, and how many there are. */
  nextPart: number;
  parts: number;
  claimEpoch: number;
  /** The claim epoch at the last retry: attempts are counted from there. */
  retriedEpoch: number;
  /** It is not to leave before then. */
  sendAt: Date | null;
  /** The one sender that it may take. */
  onlySenderId: string | null;
  /** That one was deleted. */
  onlySenderGone: boolean;
  /** What it is known to wait for, and until when. */
  waitReason: string | null;
  waitUntil: Date | null;
  /** The sender that sent the earlier parts. */
  senderId: string | null;
  /** That sender cannot go on: deleted, paused, banned or logged out. */
  senderGone: boolean;
  /** The remaining parts, where they were written when the delivery was made. */
  written: RenderedContent[] | null;
}

/** What is known of the recipient now. */
export interface RecipientFacts {
  contactExists: boolean;
  optedOut: boolean;
  suppressed: boolean;
  /** A recent check did not find the number on WhatsApp. */
  notOnWhatsApp: boolean;
  /** What else the person is known by, where the delivery has no number; null where its number is enough. */
  otherAddresses: string[] | null;
  /** The contact's last sender. */
  lastSenderId: string | null;
  /** When the person last wrote to the sender of an answer; null for deliveries of other lanes. */
  lastInboundAt: Date | null;
}

/** All a send needs to know about one delivery. */
export interface LoadedDelivery {
  delivery: Delivery;
  facts: RecipientFacts;
  /** Shared by all deliveries of the source. */
  policy: Policy;
  /** The part may already have reached the network. */
  resend: Resend | undefined;
  /** The contact has had so many messages that those of this delivery would exceed the cap. */
  overCap: boolean;
}

/** `later`: under the source's ceiling it may leave in about so many milliseconds. */
export type ClaimOutcome =
  | { kind: 'claimed'; messageId: string; claimEpoch: number }
  | { kind: 'later'; afterMs: number }
  | { kind: 'lost' };

export interface OutcomeRecord extends SourceRef {
  tenantId: string;
  deliveryId: string;
  contactId: string;
  messageId: string;
  claimEpoch: number;
  senderId: string;
  /** The contact's last sender, as loaded. */
  lastSenderId?: string | null;
  /** No part is left after this one. */
  lastPart: boolean;
  /** An earlier hand-over under the same id, or this one, may have arrived: the id is kept, whatever this one came to. */
  isResend: boolean;
  /** Messages that the claim began at the sender; given back when nothing was handed over. */
  begun?: number;
  settlement: Settlement;
}

/**
 * The delivery's state after the hand-over. It can differ from the settlement: a receipt may know more than the
 * time-out did. `fenced`: the claim was no longer this worker's, nothing was written.
 */
export type RecordedOutcome =
  | { kind: 'recorded'; state: 'sent' | 'queued' | 'failed' | 'unknown'; arrived: boolean }
  | { kind: 'fenced' };

/** A queued delivery that cannot be sent now. */
export interface DeliveryWait {
  tenantId: string;
  deliveryId: string;
  claimEpoch: number;
  reason: string;
  until: Date | null;
}

/** A queued delivery without a campaign that waits in the database for its hours, without a job. */
export interface DeliveryRest extends DeliveryWait {
  /** When it is looked at again at the latest: hours may be changed. */
  lookAt: Date;
}

/** A delivery leaves the queue without a hand-over. */
export interface Departure {
  tenantId: string;
  deliveryId: string;
  claimEpoch: number;
  to: 'pending' | 'skipped' | 'failed' | 'unknown';
  code: string | null;
}

import type { RecipientState } from './core/recipient-state.js';
import type { CappedClaim, FrequencyCap } from './core/frequency-cap.js';
import type { Settlement } from './core/settlement.js';
import type { UnknownChoice, Resend } from './core/attempt.js';
import type { CampaignKind, CampaignStatus } from './core/campaign-state.js';
import type { RenderedContent, CampaignPart } from '../content/index.js';
import type { TenantTimes, SendWindow } from '../tenants/index.js';
import type { SenderPool } from '../senders/index.js';

/** All a send needs to know about one recipient. */
export interface RecipientForSend {
  id: string;
  tenantId: string;
  campaignId: string;
  contactId: string;
  phone: string;
  name: string | null;
  variables: Record<string, unknown>;
  state: RecipientState;
  nextPart: number;
  claimEpoch: number;
  /** The claim epoch at the last retry: attempts are counted from there. */
  retriedEpoch: number;
  campaignStatus: CampaignStatus;
  kind: CampaignKind;
  /** A direct message that is not to leave before then. */
  sendAt: Date | null;
  parts: CampaignPart[];
  pool: SenderPool;
  minDelay: number;
  maxDelay: number;
  stickySender: boolean;
  onUnknown: UnknownChoice;
  /** The campaign is shown as waiting for senders. */
  waiting: boolean;
  contactExists: boolean;
  optedOut: boolean;
  suppressed: boolean;
  /** A recent check did not find the number on WhatsApp, and the campaign wants none of those. */
  unregistered: boolean;
  /** The tenant's, as far as it binds this campaign. */
  frequencyCap: FrequencyCap | null;
  /** The contact has had so many messages that those of this campaign would exceed the cap. */
  overCap: boolean;
  /** The contact's last sender. */
  lastSenderId: string | null;
  /** The campaign's own window, and the settings of its tenant; null for a tenant without settings. */
  sendWindow: SendWindow | null;
  tenantTimes: TenantTimes | null;
  /** Not to be sent to from then on. */
  expiresAt: Date | null;
  /** 1 goes first, 10 last. */
  priority: number;
  /** A campaign of higher priority wants the same senders. */
  preempted: boolean;
  /** Most messages of the campaign through one sender, and what senders that have used nearly all of it have used. */
  maxPerSender: number | null;
  senderUse: Record<string, number> | null;
  /** Under a ceiling: when the next message of the campaign may leave. */
  nextSlotAt: Date | null;
  /** What it is known to wait for, and until when. */
  waitReason: string | null;
  waitUntil: Date | null;
  /** The sender that sent the earlier parts. */
  senderId: string | null;
  /** That sender cannot go on: deleted, paused, banned or logged out. */
  senderGone: boolean;
  /** The part may already have reached the network. */
  resend: Resend | undefined;
}

export interface ClaimRequest {
  tenantId: string;
  campaignId: string;
  recipientId: string;
  /** As read; another claim in between makes this one lose. */
  claimEpoch: number;
  part: number;
  senderId: string;
  /** Messages the recipient still gets, when this claim begins it at this sender; none when the sender goes on with it. */
  begins?: number;
  waMessageId: string | undefined;
  type: string;
  /** Its readable text. */
  body: string | null;
  /** Null for plain text. */
  content: RenderedContent | null;
  /** Of a first message to a contact whose tenant has a frequency cap. */
  capped?: CappedClaim;
}

/** `later`: under the campaign's ceiling it may leave in about so many milliseconds. */
export type ClaimOutcome =
  | { kind: 'claimed'; messageId: string; claimEpoch: number }
  | { kind: 'later'; afterMs: number }
  | { kind: 'lost' };

export interface OutcomeRecord {
  tenantId: string;
  recipientId: string;
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
  /** What the claim took of the sender's budget; given back when nothing was handed over. */
  begun?: { campaignId: string; messages: number };
  settlement: Settlement;
}

/**
 * The recipient's state after the hand-over. It can differ from the settlement: a receipt may know more than the
 * time-out did. `fenced`: the claim was no longer this worker's, nothing was written.
 */
export type RecordedOutcome =
  | { kind: 'recorded'; state: 'sent' | 'queued' | 'failed' | 'unknown'; arrived: boolean }
  | { kind: 'fenced' };

/** A queued recipient that cannot be sent to now. */
export interface RecipientWait {
  tenantId: string;
  recipientId: string;
  claimEpoch: number;
  reason: string;
  until: Date | null;
}

/** A recipient leaves the queue without a hand-over. */
export interface Departure {
  tenantId: string;
  recipientId: string;
  claimEpoch: number;
  to: 'pending' | 'skipped' | 'failed' | 'unknown';
  code: string | null;
}

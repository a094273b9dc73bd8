import type { Tx } from '../../db/index.js';
import type { CampaignPart } from '../content/index.js';
import type { SenderPool } from '../senders/index.js';
import type { SendWindow, TenantTimes } from '../tenants/index.js';
import type { UnknownChoice } from './core/attempt.js';
import type { DeliveryEnd } from './core/delivery-end.js';
import type { FrequencyCap } from './core/frequency-cap.js';
import type { SourceKind } from './core/source-kind.js';
import type { ClaimRequest } from './claim.js';

/** What all deliveries of one source share. */
export interface Policy {
  /** `held`: nothing leaves now, what is queued goes back; `ended`: nothing leaves any more. */
  standing: 'open' | 'held' | 'ended';
  /** What each delivery is rendered from, by its variant; null where every delivery was written when it was made. */
  templates: readonly (readonly CampaignPart[])[] | null;
  pool: SenderPool;
  minDelay: number;
  maxDelay: number;
  stickySender: boolean;
  onUnknown: UnknownChoice;
  /** Numbers that a recent check did not find on WhatsApp are left out. */
  skipUnregistered: boolean;
  /** The source's own window, and the settings of its tenant; null for a tenant without settings. */
  sendWindow: SendWindow | null;
  tenantTimes: TenantTimes | null;
  /** The tenant's; whether it binds a delivery is a matter of its purpose. */
  frequencyCap: FrequencyCap | null;
  /** Not to be sent to from then on. */
  expiresAt: Date | null;
  /** 1 goes first, 10 last; 0 goes before them. */
  priority: number;
  /** Another source of higher priority wants the same senders. */
  preempted: boolean;
  /** The source is shown as waiting for senders. */
  waiting: boolean;
  /** Most messages of the source through one sender, and what senders that have used nearly all of it have used. */
  maxPerSender: number | null;
  senderUse: Record<string, number> | null;
  /** Under a ceiling: when the next message of the source may leave. */
  nextSlotAt: Date | null;
}

/** A claim of a batch, by its place in it. */
export type NumberedClaim = ClaimRequest & { ordinal: number };

/** What a source says to a batch of claims; it holds until the transaction ends. */
export interface Admission {
  /** By ordinal, what may leave: 0 for now, else after so many milliseconds. What is not in it has lost. */
  afterMs: ReadonlyMap<number, number>;
  /** Which of the claims that are still possible the source has room for; asked once their deliveries are locked. */
  withRoom(tx: Tx, claims: readonly NumberedClaim[]): Promise<NumberedClaim[]>;
  /** Counts the claims that were won. */
  claimed(tx: Tx, claims: readonly NumberedClaim[]): Promise<void>;
}

/** Messages that a sender had taken on, and of which nothing was handed over. */
export interface ReturnedUse {
  sourceId: string;
  senderId: string;
  messages: number;
}

/**
 * What delivery asks of a source of deliveries. All code locks in one order: sources, then deliveries, then messages,
 * then what a source counts.
 */
export interface DeliverySource {
  /** Read once per batch, however many deliveries it has. Sources that are gone are missing. */
  policies(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, Policy>>;
  /** Locks the sources for a batch of claims, so that a source is changed before or after it. */
  admit(tx: Tx, claims: readonly NumberedClaim[]): Promise<Admission>;
  returned(tx: Tx, uses: readonly ReturnedUse[]): Promise<void>;
  /** Keeps sources from ending while late receipts reopen their deliveries. */
  lock(tx: Tx, ids: readonly string[]): Promise<void>;
  /**
   * Of sources that act when their deliveries end: ends that are told once, in a transaction of its own some seconds after
   * their commit. One that throws is told again later, and finally dropped.
   */
  ended?(tx: Tx, ends: readonly DeliveryEnd[]): Promise<void>;
}

/** One for each kind; made where the program is put together. */
export type DeliverySources = { readonly [Kind in SourceKind]: DeliverySource };

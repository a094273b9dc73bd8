/** The port between the engine and WhatsApp. Every transport implements it; nothing above it knows which one runs. */
import type { InboundEvent } from './inbound.js';
import type { Peer } from './peer.js';

export type TransportName = 'whatsapp-web' | 'baileys' | 'waha' | 'cloud-api' | 'simulator';

export type MessageType =
  'text' | 'image' | 'video' | 'audio' | 'voice' | 'document' | 'location' | 'contact' | 'poll';

/** What a person may be written to by. */
export type AddressKind = 'phone' | 'lid' | 'bsuid';

export interface Capabilities {
  /** A resend with the same message id reaches the phone at most once. */
  idempotentIds: boolean;
  messageTypes: readonly MessageType[];
  /** By what it can write to a person. */
  addresses: readonly AddressKind[];
  typing: boolean;
  receipts: boolean;
  numberCheck: boolean;
  pairingCode: boolean;
  /** True when a live connection must be hosted by one worker (see sessions). */
  needsSession: boolean;
}

/**
 * A file that was there a moment ago, its type told by its content. It was read once before the hand-over, so `read` is
 * normally answered from memory; when it fails all the same, nothing is sent and the answer is `rejected` with `media_unavailable`.
 */
export interface MediaFile {
  fileName: string;
  mimeType: string;
  sizeBytes: number;
  /** Hexadecimal. */
  sha256: string;
  read(): Promise<Buffer>;
}

/** What one message shows its recipient, all texts rendered. */
export type OutboundContent =
  | { type: 'text'; text: string }
  | { type: 'image' | 'video' | 'document'; media: MediaFile; caption?: string }
  | { type: 'audio' | 'voice'; media: MediaFile }
  | { type: 'location'; latitude: number; longitude: number; name?: string; address?: string }
  | { type: 'contact'; displayName: string; phoneNumber: string; organisation?: string }
  | { type: 'poll'; question: string; choices: string[]; selectable: number };

export interface OutboundMessage {
  /** Pre-allocated by `allocateMessageId`; undefined where the transport cannot take one. */
  waMessageId: string | undefined;
  /** All that is known of the person; the transport takes what it addresses best. */
  to: Peer;
  content: OutboundContent;
  /** For a ledger or a trace only; never shown to the recipient. */
  reference?: { campaignId?: string; part?: number };
}

/**
 * How a hand-over ended. `rejected`: caused by the recipient or the content, and final; `retryLater` names whom the
 * limit binds; `senderLost` means the account or its connection is gone; `unknown` means handed over, delivery status
 * not known.
 */
export type SendOutcome =
  | { kind: 'sent'; waMessageId: string; at: Date }
  | { kind: 'rejected'; code: RejectionCode; permanent: true }
  | { kind: 'retryLater'; code: RetryCode; at: Date; scope: 'sender' | 'contact' | 'global' }
  | { kind: 'senderLost'; code: LossCode }
  | { kind: 'unknown'; code: 'timeout' | 'connection_lost' };

export type RejectionCode =
  'not_on_whatsapp' | 'invalid_number' | 'blocked_by_recipient' | 'content_rejected' | 'media_unavailable';
/** `restricted`: the sender may answer but not start conversations until `at` (WhatsApp's 463 time-lock). */
export type RetryCode = 'rate_limited' | 'restricted' | 'pair_limited' | 'unavailable';
export type LossCode = 'disconnected' | 'logged_out' | 'banned';

/** `played` is a voice message that was listened to. `failed` is an error the network reported after its ack. */
export type ReceiptStatus = 'server' | 'delivered' | 'read' | 'played' | 'failed';

export type TransportEvent =
  | { type: 'qr'; payload: string; expiresAt: Date }
  | { type: 'connected'; phoneNumber: string }
  | { type: 'disconnected'; reason: LossCode }
  | { type: 'credentials'; credentials: string }
  | { type: 'receipt'; waMessageId: string; status: ReceiptStatus; at: Date; code?: string }
  | InboundEvent;

export interface SessionOptions {
  senderId: string;
  /** The sender's own settings for this transport, already validated by `validateConfig`. */
  config: Record<string, unknown>;
  /** What an earlier `credentials` event handed over; undefined when the sender was never paired. */
  credentials: string | undefined;
  /**
   * Called in the order things happened. Must not throw. For a receipt and for an `InboundEvent` the answer resolves when it
   * is safe: the latter when it is committed. A transport acknowledges it to its network only then, and what a crash left
   * unacknowledged is told again.
   */
  onEvent(event: TransportEvent): void | Promise<void>;
}

/** One account's live connection. `send` never throws for what WhatsApp may answer: it returns a SendOutcome. */
export interface TransportSession {
  /** Starts pairing or restores the session; resolves when under way, events tell the rest. Rejects when it cannot start. */
  connect(): Promise<void>;
  /** Drops the connection and keeps the pairing. */
  disconnect(): Promise<void>;
  /** Unlinks the device; its credentials are worthless afterwards. */
  logout(): Promise<void>;
  allocateMessageId(): string | undefined;
  /** Shows "typing..." to the chat until the next send or `durationMs`. */
  showTyping(to: Peer, durationMs: number): Promise<void>;
  send(message: OutboundMessage): Promise<SendOutcome>;
  /**
   * Whether the number (E.164) is on WhatsApp. There where the transport has the capability `numberCheck`. Rejects when it
   * cannot be found out now, such as without a connection.
   */
  checkNumber?(phone: string): Promise<boolean>;
  /** Proof of life: a round trip that does not rely on reported status. */
  probe(): Promise<boolean>;
}

export interface Transport {
  readonly name: TransportName;
  readonly capabilities: Capabilities;
  /** Errors in a sender's `transportConfig`, as `path` and message; empty when it is fine. */
  validateConfig(config: Record<string, unknown>): { path: string; message: string }[];
  openSession(options: SessionOptions): TransportSession;
  /** Frees what all sessions of this transport share. */
  close(): Promise<void>;
}

export type TransportRegistry = Partial<Record<TransportName, Transport>>;

/** What comes in from people's phones, as every transport reports it. */
import type { MessageRef, Peer } from './peer.js';

/** A file that came in. It is never downloaded while receiving: `ref` says to the same transport where it is. */
interface InboundMedia {
  mimeType: string;
  sizeBytes?: number;
  fileName?: string;
  /** Hexadecimal. */
  sha256?: string;
  /** How long a recording plays. */
  seconds?: number;
  ref: string;
  /** Until when `ref` is good, where that is known. */
  expiresAt?: Date;
}

export type InboundContent =
  | { type: 'text'; text: string }
  | {
      type: 'image' | 'video' | 'audio' | 'voice' | 'document' | 'sticker';
      media: InboundMedia;
      caption?: string;
    }
  | { type: 'location'; latitude: number; longitude: number; name?: string; address?: string; live?: boolean }
  | { type: 'contacts'; contacts: { displayName: string; phones: string[] }[] }
  /** A tap on a reply button, or on a quick reply of a template. */
  | { type: 'button'; id: string; text: string }
  | { type: 'list'; id: string; text: string; description?: string }
  | { type: 'form'; name: string; values: Record<string, unknown> }
  | { type: 'poll'; question: string; choices: string[] }
  /** It arrived but cannot be read. */
  | { type: 'unavailable'; reason: 'view_once' | 'not_decrypted' | 'other_device_only' }
  /** A kind the transport does not know; `raw` is what it was given. */
  | { type: 'unsupported'; name: string; raw?: unknown };

/** A message of a direct chat. Groups, channels, status and broadcasts are dropped and counted inside the transport. */
export interface InboundMessage {
  type: 'message';
  /** Bare: what the network calls the message, without chat or direction in front. */
  waMessageId: string;
  from: Peer;
  /** What the person calls himself. Untrusted text. */
  pushName?: string;
  /** True for what the account's owner wrote on the phone or another device; `from` is then the chat's other side. */
  fromMe: boolean;
  at: Date;
  /** The network kept it while the sender was away. It counts like any other: a STOP is a STOP. */
  late: boolean;
  content: InboundContent;
  /** The message it quotes. */
  replyTo?: { waMessageId: string };
}

/** The whole new text of a message, or the new caption of one with a file. */
export interface InboundEdit {
  type: 'edit';
  target: MessageRef;
  from: Peer;
  text: string;
  at: Date;
}

/** All these are one person. */
export interface IdentityKnown {
  type: 'identity';
  peers: Peer[];
}

/** The same person under another number or id: the old one is retired, whoever has it later is somebody else. */
export interface IdentityChanged {
  type: 'identity_changed';
  from: Peer;
  to: Peer;
  at: Date;
}

/** What must not be lost: `onEvent` answers when it is committed, and what it never answered is told again. */
export type InboundEvent = InboundMessage | InboundEdit | IdentityKnown | IdentityChanged;

const kinds: ReadonlySet<string> = new Set<InboundEvent['type']>([
  'message',
  'edit',
  'identity',
  'identity_changed',
]);

export function isInbound<Event extends { type: string }>(event: Event): event is Event & InboundEvent {
  return kinds.has(event.type);
}

/** An event that was JSON, where dates are text. */
export function inboundFromJson(json: object): InboundEvent {
  const event = json as InboundEvent;
  if (event.type === 'identity') return event;
  const at = new Date(event.at);
  if (event.type !== 'message') return { ...event, at };
  const { content } = event;
  if (!('media' in content) || content.media.expiresAt === undefined) return { ...event, at };
  const media = { ...content.media, expiresAt: new Date(content.media.expiresAt) };
  return { ...event, at, content: { ...content, media } };
}

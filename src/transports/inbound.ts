/** What comes in from people's phones, as every transport reports it. */
import type { Peer } from './peer.js';

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

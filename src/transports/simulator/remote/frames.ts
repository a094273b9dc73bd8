import type { RawData } from 'ws';
import { inboundFromJson, isInbound } from '../../inbound.js';
import type { Peer } from '../../peer.js';
import type {
  MediaFile,
  OutboundContent,
  OutboundMessage,
  SendOutcome,
  TransportEvent,
} from '../../transport.js';

/** One link carries all sessions of a process; a WebSocket message is a JSON array of these. */
export type ClientFrame =
  | {
      type: 'connect';
      session: number;
      senderId: string;
      config: Record<string, unknown>;
      credentials: string | undefined;
    }
  | { type: 'disconnect'; session: number; request: number }
  /** Unlinks a device, connected or not. */
  | { type: 'unlink'; credentials: string; request: number }
  | { type: 'typing'; session: number; to: Peer; durationMs: number }
  | { type: 'probe'; session: number; request: number }
  | { type: 'check'; session: number; request: number; phone: string }
  /** That event is safe; it need not be told again. */
  | { type: 'safe'; event: number }
  | { type: 'send'; session: number; request: number; message: WireMessage };

export type ServerFrame =
  | { type: 'hello'; idempotentIds: boolean }
  /** One with a number waits to be called safe. */
  | { type: 'event'; session: number; event: Wire<TransportEvent>; number?: number }
  | { type: 'sent'; request: number; outcome: Wire<SendOutcome> }
  | { type: 'done'; request: number; alive: boolean }
  /** Null: the session could not ask. */
  | { type: 'checked'; request: number; registered: boolean | null };

/** JSON has no dates: they travel as ISO 8601. */
export type Wire<Value> = Value extends Date
  ? string
  : Value extends object
    ? { [Key in keyof Value]: Wire<Value[Key]> }
    : Value;

export function toWire<Value extends object>(value: Value): Wire<Value> {
  // Date has toJSON, so the frame's own JSON.stringify writes what the type says.
  return value as unknown as Wire<Value>;
}

/** A message without the bytes of its file: the phones of the simulator look at what it is, not into it. */
export type WireMessage = Omit<OutboundMessage, 'content'> & { content: WithoutBytes<OutboundContent> };
type WithoutBytes<Content> = Content extends { media: MediaFile }
  ? Omit<Content, 'media'> & { media: Omit<MediaFile, 'read'> }
  : Content;

export function messageToWire(message: OutboundMessage): WireMessage {
  const { content } = message;
  if (!('media' in content)) return { ...message, content };
  const { fileName, mimeType, sizeBytes, sha256 } = content.media;
  return { ...message, content: { ...content, media: { fileName, mimeType, sizeBytes, sha256 } } };
}

export function messageFromWire(message: WireMessage): OutboundMessage {
  const { content } = message;
  if (!('media' in content)) return { ...message, content };
  const read = (): Promise<Buffer> => Promise.reject(new Error("Bytes do not cross the simulator's link."));
  return { ...message, content: { ...content, media: { ...content.media, read } } };
}

export function outcomeFromWire(outcome: Wire<SendOutcome>): SendOutcome {
  if (outcome.kind === 'sent' || outcome.kind === 'retryLater') {
    return { ...outcome, at: new Date(outcome.at) };
  }
  return outcome;
}

export function eventFromWire(event: Wire<TransportEvent>): TransportEvent {
  if (event.type === 'qr') return { ...event, expiresAt: new Date(event.expiresAt) };
  if (event.type === 'receipt') return { ...event, at: new Date(event.at) };
  // Dates of what people wrote are told apart by the port itself.
  return isInbound(event) ? inboundFromJson(event) : (event as TransportEvent);
}

/** The frames of one WebSocket message; throws when it is not an array of objects. */
export function parseFrames<Frame>(data: RawData): Frame[] {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : asBuffer(data);
  const frames: unknown = JSON.parse(bytes.toString('utf8'));
  if (!Array.isArray(frames)) throw new Error('a message must be an array of frames');
  return frames as Frame[];
}

function asBuffer(data: Buffer | ArrayBuffer): Buffer {
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}

import { invalid, type FieldError } from '../../../lib/errors.js';
import type { InboundContent } from '../../inbound.js';
import { fields, flag, lid, oneOf, phone, text, type Rule } from './rules.js';

/** The kinds of messages that a pretend phone can write. */
const TYPES = [
  'text',
  'image',
  'video',
  'audio',
  'voice',
  'document',
  'sticker',
  'location',
  'contacts',
  'button',
  'list',
  'poll',
  'unavailable',
  'unsupported',
] as const;
const CHATS = ['direct', 'group', 'status', 'newsletter', 'broadcast'] as const;
/** Types that say nothing without a text. */
const NEED_TEXT: ReadonlySet<string> = new Set(['text', 'button', 'list', 'poll']);

/** What a pretend phone writes to a sender. */
export interface PhoneMessage {
  /** A sender: its number or id. */
  to: string;
  /** The phone's number; one that has a LID may hide it. */
  from?: string;
  lid?: string;
  /** Text unless given. */
  type?: (typeof TYPES)[number];
  /** What one reads: the text, a caption, the title of what is tapped, a question, a name. */
  text?: string;
  /** The id of the message; a new one unless given. */
  id?: string;
  /** The id of the message that it quotes, or `latest`: what the sender last sent to this phone. */
  quotes?: string;
  pushName?: string;
  /** The sender's own phone writes, to this one. */
  fromMe?: boolean;
  /** Where it is written; anything but a direct chat is dropped and counted. */
  chat?: (typeof CHATS)[number];
}

export interface PhoneEdit extends Pick<PhoneMessage, 'to' | 'from' | 'lid' | 'fromMe'> {
  id: string;
  text: string;
}

/** What a phone is from now on. */
export interface PhoneDescribed extends Pick<PhoneMessage, 'lid' | 'pushName'> {
  phone?: string;
  /** False: others see its LID and nothing else. */
  showsNumber?: boolean;
}

/** A phone shows its number; every sender it has a chat with learns it, or only `to`. */
export interface PhoneShown {
  to?: string;
  phone: string;
  lid: string;
}

/** A phone changes its number, its LID, or both; every sender it has a chat with learns it, or only `to`. */
export interface PhoneChanged extends Pick<PhoneMessage, 'from' | 'lid'> {
  to?: string;
  newPhone?: string;
  newLid?: string;
}

/** In place of the id of a message. */
export const LATEST = 'latest';

const who = { to: text, from: phone, lid };

export function parseMessage(body: Record<string, unknown>): PhoneMessage {
  const rest = {
    text,
    type: oneOf(TYPES),
    id: text,
    quotes: text,
    pushName: text,
    fromMe: flag,
    chat: oneOf(CHATS),
  };
  const type = typeof body['type'] === 'string' ? body['type'] : 'text';
  return checked(body, { ...who, ...rest }, [
    ...needed(body, NEED_TEXT.has(type) ? ['to', 'text'] : ['to']),
    ...neither(body, 'from', 'lid'),
  ]) as unknown as PhoneMessage;
}

export function parseEdit(body: Record<string, unknown>): PhoneEdit {
  const errors = [...needed(body, ['to', 'id', 'text']), ...neither(body, 'from', 'lid')];
  return checked(body, { ...who, id: text, text, fromMe: flag }, errors) as unknown as PhoneEdit;
}

export function parseDescribed(body: Record<string, unknown>): PhoneDescribed {
  const shape = { phone, lid, showsNumber: flag, pushName: text };
  return checked(body, shape, neither(body, 'phone', 'lid'));
}

export function parseShown(body: Record<string, unknown>): PhoneShown {
  return checked(body, { to: text, phone, lid }, needed(body, ['phone', 'lid'])) as unknown as PhoneShown;
}

export function parseChanged(body: Record<string, unknown>): PhoneChanged {
  return checked(body, { ...who, newPhone: phone, newLid: lid }, [
    ...neither(body, 'from', 'lid'),
    ...neither(body, 'newPhone', 'newLid'),
  ]);
}

/** Files of pretend phones have nothing in them. */
export function contentOf({ type = 'text', text: said = '' }: PhoneMessage): InboundContent {
  switch (type) {
    case 'text':
      return { type, text: said };
    case 'button':
    case 'list':
      return { type, id: said, text: said };
    case 'location':
      return { type, latitude: -23.55, longitude: -46.63, ...(said ? { name: said } : {}) };
    case 'contacts':
      return { type, contacts: [{ displayName: said || 'Ana', phones: [] }] };
    case 'poll':
      return { type, question: said, choices: ['Yes', 'No'] };
    case 'unavailable':
      return { type, reason: 'not_decrypted' };
    case 'unsupported':
      return { type, name: said || 'unknown', raw: { said } };
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
    case 'sticker':
      return {
        type,
        media: { mimeType: MIME_TYPES[type], sizeBytes: 0, ref: 'simulator' },
        ...(said ? { caption: said } : {}),
      };
  }
}

const MIME_TYPES = {
  image: 'image/jpeg',
  video: 'video/mp4',
  audio: 'audio/mpeg',
  voice: 'audio/ogg',
  document: 'application/pdf',
  sticker: 'image/webp',
};

/** Throws an `invalid` DomainError that names each wrong field. */
function checked(
  body: Record<string, unknown>,
  shape: Record<string, Rule>,
  missing: readonly FieldError[],
): Record<string, unknown> {
  const errors = [...missing, ...fields(shape)(body, '')];
  if (errors.length > 0) throw invalid(errors);
  return body;
}

function needed(body: Record<string, unknown>, names: readonly string[]): FieldError[] {
  return names.filter((name) => body[name] === undefined).map((path) => ({ path, message: 'is missing' }));
}

function neither(body: Record<string, unknown>, one: string, other: string): FieldError[] {
  const there = body[one] !== undefined || body[other] !== undefined;
  return there ? [] : [{ path: one, message: `is missing; give ${one}, ${other} or both` }];
}

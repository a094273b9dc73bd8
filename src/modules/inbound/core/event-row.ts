import { createHash } from 'node:crypto';
import { storableText } from '../../../lib/storable.js';
import type { InboundEvent } from '../../../transports/inbound.js';
import type { WordKind } from '../../tenants/core/consent-words.js';
import { bounded } from './bounded.js';
import { linesOf } from './peer-lines.js';
import { spoken } from './readable.js';

/** What a session of a sender heard. */
export interface HeardEvent {
  tenantId: string;
  senderId: string;
  event: InboundEvent;
}

/** A row of inbound_events. */
export interface EventRow {
  tenantId: string;
  senderId: string;
  kind: InboundEvent['type'];
  waId: string;
  revision: string;
  lines: string[];
  payload: string;
  plain: boolean;
  stops: boolean;
}

/** What cannot be stored as what it is, and why: without what it says, and whom it is about. */
export type RefusedRow = Pick<EventRow, 'tenantId' | 'senderId' | 'waId'> & { kind: string; error: string };

const MAX_ID = 256;
const MAX_JSON = 500_000;
const MAX_RAW = 4_000;
const MAX_NAME = 200;
const MAX_ERROR = 200;
/** WhatsApp began in it: an earlier time is that of a clock that was never set. */
const FIRST_YEAR = 2009;
/** Clocks differ by so much. */
const CLOCK_DIFFERENCE_MS = 60_000;

/** The text of an event that may be a keyword of its person; empty where it cannot be one. */
export function keywordText(event: InboundEvent): string {
  if (event.type === 'edit') return event.target.fromMe ? '' : event.text;
  return event.type === 'message' && !event.fromMe ? spoken(event.content) : '';
}

/**
 * The row of an event whose text is that keyword, if it is one; why it is refused, where it cannot be stored: without an id, or
 * of nobody. A time that is none, lies in the future or before there was WhatsApp becomes `now`.
 */
export function rowOf(
  heard: HeardEvent,
  word: WordKind | undefined,
  now: Date,
): EventRow | { refused: string } {
  const { tenantId, senderId } = heard;
  const event = tidied(heard.event, now);
  const lines = linesOf(...peersOf(event));
  const { waId, revision } = nameOf(event, lines);
  if (lines.length === 0) return { refused: 'it names no person' };
  if (waId === '') return { refused: 'it has no id' };
  if (waId.length > MAX_ID) return { refused: `its id has more than ${MAX_ID} characters` };
  const isNews = event.type === 'identity' || event.type === 'identity_changed';
  return {
    tenantId,
    senderId,
    kind: event.type,
    waId,
    revision,
    lines,
    payload: JSON.stringify(event),
    plain: event.type === 'message' && !event.fromMe && word === undefined,
    // News may make its person one who has opted out.
    stops: word === 'opt_out' || isNews,
  };
}

/** Told again it is the same row. */
export function refusedRow({ tenantId, senderId, event }: HeardEvent, error: string): RefusedRow {
  const waId = digest(JSON.stringify(bounded(event)));
  const given: unknown = event.type;
  const kind = typeof given === 'string' ? storableText(given.slice(0, MAX_NAME)) : 'none';
  return { tenantId, senderId, kind, waId, error: storableText(error.slice(0, MAX_ERROR)) };
}

function peersOf(event: InboundEvent) {
  if (event.type === 'identity') return event.peers;
  return event.type === 'identity_changed' ? [event.from, event.to] : [event.from];
}

/** Bounded and storable; JSON of it is as long as the longest text that WhatsApp takes, and no longer. */
function tidied(event: InboundEvent, now: Date): InboundEvent {
  const copy = bounded(event) as InboundEvent;
  if (copy.type !== 'identity') copy.at = asDate(event.type === 'identity' ? now : event.at, now);
  if (copy.type !== 'message') return copy;
  if (copy.pushName !== undefined) copy.pushName = copy.pushName.slice(0, MAX_NAME);
  const { content } = copy;
  if (content.type === 'unsupported' && content.raw !== undefined) content.raw = cut(content.raw);
  const json = JSON.stringify(content);
  if (json.length > MAX_JSON) copy.content = { type: 'unsupported', name: content.type, raw: cut(content) };
  return copy;
}

function cut(raw: unknown): unknown {
  const json = JSON.stringify(raw);
  return json.length > MAX_RAW ? bounded(json, MAX_RAW) : raw;
}

function asDate(at: Date, now: Date): Date {
  const isTime = at instanceof Date && !Number.isNaN(at.getTime());
  if (!isTime || at.getUTCFullYear() < FIRST_YEAR) return now;
  return at.getTime() > now.getTime() + CLOCK_DIFFERENCE_MS ? now : at;
}

/** By what it is known when it is told again. A message that could not be read may come again with its content. */
function nameOf(event: InboundEvent, lines: readonly string[]): { waId: string; revision: string } {
  switch (event.type) {
    case 'message':
      return {
        waId: event.waMessageId,
        revision: event.content.type === 'unavailable' ? 'unavailable' : '',
      };
    case 'edit':
      return { waId: event.target.waMessageId, revision: `${event.at.getTime()} ${digest(event.text)}` };
    case 'identity':
      return { waId: digest(lines.toSorted().join(' ')), revision: '' };
    case 'identity_changed':
      return { waId: digest(lines.join(' ')), revision: String(event.at.getTime()) };
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 32);
}

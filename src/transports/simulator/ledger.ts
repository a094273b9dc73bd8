import { decodeCursor, toPage, type Page } from '../../lib/pages.js';
import type { MessageType } from '../transport.js';
import { Fifo } from './core/fifo.js';

/** One message that reached a phone. */
export interface Arrival {
  /** WhatsApp's message id. */
  id: string;
  senderId: string;
  /** The sender's phone number. */
  sender: string;
  to: string;
  campaignId: string | undefined;
  part: number;
  type: MessageType;
  /** What one can read: the text, the caption, a poll's question, the name of a place or a person. */
  body: string;
  /** Of the file it carries, hexadecimal. */
  sha256: string | undefined;
  /** How long "typing..." was announced before it; 0 when it was not. */
  typingMs: number;
  at: Date;
}

export interface LedgerSummary {
  arrived: number;
  /** Arrivals that are the first of their campaign, recipient and part. A message without campaign is always unique. */
  unique: number;
  duplicates: number;
  /** Resends of an id that had arrived; they did not arrive again. */
  resent: number;
  /** Arrivals that are counted here and no longer listed, because the ledger was full. */
  forgotten: number;
}

/** As it is kept: a number takes a fraction of a Date's memory. */
interface Entry extends Omit<Arrival, 'at'> {
  atMs: number;
  position: number;
}

interface Book {
  entries: Fifo<Entry>;
  /** Arrivals per recipient and part. */
  copies: Map<string, number>;
  summary: LedgerSummary;
}

const emptySummary = (): LedgerSummary => ({ arrived: 0, unique: 0, duplicates: 0, resent: 0, forgotten: 0 });

/** How far `latest` looks back. */
const MAX_LOOK_BACK = 100_000;
/** Longer texts are cut in the ledger; nothing in it is ever sent anywhere. */
const MAX_BODY = 4_096;

/**
 * What arrived, in order. It keeps the newest `capacity` messages (about 0.5 kB each with a short text); ids and duplicates are
 * recognised among those, and the counts cover everything since the start.
 */
export class Ledger {
  private readonly all: Book = newBook();
  private readonly campaigns = new Map<string, Book>();
  private readonly ids = new Map<string, Map<string, Entry>>();
  private position = 0;

  constructor(private readonly capacity = 1_000_000) {}

  find(senderId: string, id: string): Arrival | undefined {
    const entry = this.ids.get(senderId)?.get(id);
    return entry && arrivalOf(entry);
  }

  /** `addresses`: all that its recipient ever went by; the same part to any of them is a duplicate. */
  add(arrival: Arrival, addresses: readonly string[] = [arrival.to]): void {
    this.position += 1;
    const { id, senderId, sender, to, campaignId, part, type, body, sha256, typingMs, at } = arrival;
    const entry: Entry = {
      id,
      senderId,
      sender,
      to,
      campaignId,
      part,
      type,
      body: body.slice(0, MAX_BODY),
      sha256,
      typingMs,
      atMs: at.getTime(),
      position: this.position,
    };
    const known = this.ids.get(arrival.senderId);
    if (known) known.set(arrival.id, entry);
    else this.ids.set(arrival.senderId, new Map([[arrival.id, entry]]));
    this.count(entry, addresses);
    this.all.entries.push(entry);
    if (this.all.entries.size > this.capacity) this.forgetOldest();
  }

  /** What this sender last sent to any of these addresses, among the 100,000 latest arrivals. */
  latest(senderId: string, addresses: ReadonlySet<string>): Arrival | undefined {
    const { entries } = this.all;
    const oldest = Math.max(0, entries.size - MAX_LOOK_BACK);
    for (let position = entries.size - 1; position >= oldest; position -= 1) {
      const entry = entries.at(position);
      if (entry?.senderId === senderId && addresses.has(entry.to)) return arrivalOf(entry);
    }
    return undefined;
  }

  resent(arrival: Arrival): void {
    this.all.summary.resent += 1;
    const campaign = arrival.campaignId && this.campaigns.get(arrival.campaignId);
    if (campaign) campaign.summary.resent += 1;
  }

  summary(campaignId?: string): LedgerSummary {
    const book = campaignId === undefined ? this.all : this.campaigns.get(campaignId);
    return { ...(book?.summary ?? emptySummary()) };
  }

  /** A page in order of arrival; undefined when the cursor is not one of ours. */
  page(request: { limit: number; cursor?: string; campaignId?: string }): Page<Arrival> | undefined {
    const after = request.cursor === undefined ? 0 : decodeCursor(request.cursor)?.[0];
    if (typeof after !== 'number') return undefined;
    const book = request.campaignId === undefined ? this.all : this.campaigns.get(request.campaignId);
    if (!book) return { items: [], nextCursor: null, total: 0 };
    const from = book.entries.lowerBound((entry) => entry.position <= after);
    const page = toPage(book.entries.slice(from, request.limit + 1), request.limit, (entry) => [
      entry.position,
    ]);
    return {
      items: page.items.map(arrivalOf),
      nextCursor: page.nextCursor,
      total: book.entries.size,
    };
  }

  private count(entry: Entry, addresses: readonly string[]): void {
    const book = entry.campaignId === undefined ? undefined : this.bookOf(entry.campaignId);
    const copiesAt = (to: string): number => book?.copies.get(copyKey({ to, part: entry.part })) ?? 0;
    const copies = addresses.reduce((sum, to) => sum + copiesAt(to), 0);
    book?.copies.set(copyKey(entry), copiesAt(entry.to) + 1);
    book?.entries.push(entry);
    for (const counted of book ? [this.all, book] : [this.all]) {
      counted.summary.arrived += 1;
      if (copies > 0) counted.summary.duplicates += 1;
      else counted.summary.unique += 1;
    }
  }

  private bookOf(campaignId: string): Book {
    const known = this.campaigns.get(campaignId);
    if (known) return known;
    const book = newBook();
    this.campaigns.set(campaignId, book);
    return book;
  }

  private forgetOldest(): void {
    const oldest = this.all.entries.shift();
    if (!oldest) return;
    this.all.summary.forgotten += 1;
    const known = this.ids.get(oldest.senderId);
    if (known?.get(oldest.id) === oldest) known.delete(oldest.id);
    if (known?.size === 0) this.ids.delete(oldest.senderId);
    const book = oldest.campaignId === undefined ? undefined : this.campaigns.get(oldest.campaignId);
    if (!book) return;
    book.entries.shift();
    book.summary.forgotten += 1;
    const key = copyKey(oldest);
    const copies = book.copies.get(key) ?? 0;
    if (copies > 1) book.copies.set(key, copies - 1);
    else book.copies.delete(key);
  }
}

function newBook(): Book {
  return { entries: new Fifo(), copies: new Map(), summary: emptySummary() };
}

function arrivalOf({ position: _position, atMs, ...rest }: Entry): Arrival {
  return { ...rest, at: new Date(atMs) };
}

function copyKey({ to, part }: Pick<Entry, 'to' | 'part'>): string {
  return `${to}/${part}`;
}

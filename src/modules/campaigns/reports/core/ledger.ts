import { noCounts, type Counter, type Counts } from '../../core/counts.js';
import type { MessageEntry, RecipientEntry } from '../stats.repository.js';
import type { DeliveryState } from '../../../delivery/core/delivery-state.js';

/** Aggregates of a ledger's sums. Pure: the entries were read before. */

export interface CodeCount {
  state: DeliveryState;
  code: string;
  count: number;
}

/** Messages of one part, or of one hour; each number counts everything that got as far. */
export interface MessageFacts {
  sent: number;
  delivered: number;
  read: number;
}

export interface PartFacts extends MessageFacts {
  part: number;
  failed: number;
  unknown: number;
}

export interface HourFacts extends MessageFacts {
  hour: Date;
}

export function sumOf(entries: readonly RecipientEntry[]): Counts {
  const counts = noCounts();
  for (const { counter, count } of entries) counts[counter] += count;
  return counts;
}

/** Counts per sender; recipients that no sender has served are left out. */
export function bySender(entries: readonly RecipientEntry[]): Map<string, Counts> {
  return grouped(entries, ({ senderId }) => senderId ?? undefined);
}

/** Counts per variant; excluded recipients have none. */
export function byVariant(entries: readonly RecipientEntry[]): Map<number, Counts> {
  return grouped(entries, ({ variant, counter }) => (counter === 'excluded' ? undefined : variant));
}

/** How replies were told to be of this campaign: they quote it, or it was the latest that wrote to the person. */
export interface ReplyCounts {
  quoted: number;
  latest: number;
}

/** The ledger has one by a quote under the code `quoted`. */
export function repliesIn(entries: readonly RecipientEntry[]): ReplyCounts {
  const replies = { quoted: 0, latest: 0 };
  for (const { counter, code, count } of entries) {
    if (counter === 'replied') replies[code === 'quoted' ? 'quoted' : 'latest'] += count;
  }
  return replies;
}

/** The most frequent first. */
export function byCode(entries: readonly RecipientEntry[]): CodeCount[] {
  const counts = new Map<string, CodeCount>();
  for (const { counter, code, count } of entries) {
    if (code === null || !isEnd(counter)) continue;
    const key = `${counter} ${code}`;
    counts.set(key, { state: counter, code, count: (counts.get(key)?.count ?? 0) + count });
  }
  return [...counts.values()].toSorted((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}

/** All parts, also those of which nothing was sent yet. */
export function byPart(entries: readonly MessageEntry[], parts: number): PartFacts[] {
  const last = Math.max(parts, ...entries.map(({ part }) => part + 1));
  const facts = Array.from({ length: last }, (_, part) => ({
    part,
    sent: 0,
    delivered: 0,
    read: 0,
    failed: 0,
    unknown: 0,
  }));
  for (const { part, counter, count } of entries) {
    const row = facts[part];
    if (row) row[counter] += count;
  }
  return facts;
}

/** In order; hours in which nothing happened are left out. */
export function byHour(entries: readonly MessageEntry[]): HourFacts[] {
  const facts = new Map<number, HourFacts>();
  for (const { hour, counter, count } of entries) {
    if (hour === null) continue;
    const row = facts.get(hour.getTime()) ?? { hour, sent: 0, delivered: 0, read: 0 };
    facts.set(hour.getTime(), row);
    if (counter === 'sent' || counter === 'delivered' || counter === 'read') row[counter] += count;
  }
  return [...facts.values()].toSorted((a, b) => a.hour.getTime() - b.hour.getTime());
}

function isEnd(counter: Counter): counter is 'failed' | 'skipped' | 'unknown' | 'excluded' {
  return counter === 'failed' || counter === 'skipped' || counter === 'unknown' || counter === 'excluded';
}

function grouped<Key>(
  entries: readonly RecipientEntry[],
  keyOf: (entry: RecipientEntry) => Key | undefined,
): Map<Key, Counts> {
  const groups = new Map<Key, Counts>();
  for (const entry of entries) {
    const key = keyOf(entry);
    if (key === undefined) continue;
    const counts = groups.get(key) ?? noCounts();
    groups.set(key, counts);
    counts[entry.counter] += entry.count;
  }
  return groups;
}

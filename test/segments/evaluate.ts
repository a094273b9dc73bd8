import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { localTime } from '../../src/lib/wall-time.js';
import type { AttributeTest, Condition, Filter, Question } from '../../src/modules/segments/core/filter.js';

/** Everything a filter can ask about one contact, as plain values. */
export interface Person {
  id: string;
  /** What the contact goes by: a number, `lid:...` or `bsuid:...`. */
  address: string;
  /** What is known besides, and what was given up. */
  further: { address: string; isRetired: boolean }[];
  name: string | null;
  attributes: Record<string, unknown>;
  tags: string[];
  createdAt: Date;
  optedOutAt: Date | null;
  lists: string[];
  /** In the order they were said. */
  consents: ('granted' | 'withdrawn')[];
  received: { campaignId: string; state: string; sentAt: Date | null; repliedAt: Date | null }[];
}

const DAY_MS = 86_400_000;
/** The zone of the tenant whose segments are asked: its days begin ten hours before those of UTC. */
export const TIME_ZONE = 'Pacific/Kiritimati';

/** What a filter means, without any SQL: the oracle of the property test. */
export function matches(filter: Filter, person: Person, now: Date): boolean {
  if ('all' in filter) return filter.all.every((inner) => matches(inner, person, now));
  if ('any' in filter) return filter.any.some((inner) => matches(inner, person, now));
  if ('not' in filter) return !matches(filter.not, person, now);
  return holds(filter.condition, person, now) !== filter.condition.negate;
}

function holds(condition: Condition, person: Person, now: Date): boolean {
  switch (condition.on) {
    case 'name':
      return text(condition, person.name ?? undefined);
    case 'phoneNumber':
      if (condition.test.kind !== 'anyOf') return text(condition, phoneOf(person));
      return addressesOf(person).some((address) => text(condition, address));
    case 'identity':
      return addressesOf(person).some((address) => condition.kinds.some((kind) => kindOf(address) === kind));
    case 'attribute':
      return attribute(condition.test, person.attributes[condition.key], now);
    case 'country':
      return condition.countries.includes(parsePhoneNumberFromString(phoneOf(person) ?? '')?.country ?? '');
    case 'tags': {
      const { test } = condition;
      if (test.kind === 'exists') return person.tags.length > 0;
      return test.tags.some((tag) => person.tags.includes(tag));
    }
    case 'createdAt': {
      const { test } = condition;
      if (test.kind === 'withinDays') return person.createdAt.getTime() >= now.getTime() - test.days * DAY_MS;
      return test.kind === 'after' ? person.createdAt > test.at : person.createdAt < test.at;
    }
    case 'optedOut':
      return person.optedOutAt !== null;
    case 'consent':
      return (person.consents.at(-1) ?? 'none') === condition.is;
    case 'list':
      return condition.ids.some((id) => person.lists.includes(id));
    case 'activity':
      return activity(condition, person, now);
  }
}

function phoneOf({ address }: Person): string | undefined {
  return kindOf(address) === 'phone' ? address : undefined;
}

function addressesOf({ address, further }: Person): string[] {
  return [address, ...further.filter(({ isRetired }) => !isRetired).map((one) => one.address)];
}

export function kindOf(address: string): string {
  return address.startsWith('+') ? 'phone' : (address.split(':')[0] ?? '');
}

function text(
  { test }: Extract<Question, { on: 'name' | 'phoneNumber' }>,
  value: string | undefined,
): boolean {
  if (value === undefined) return false;
  if (test.kind === 'exists') return /\S/.test(value);
  if (test.kind === 'anyOf') return test.values.includes(value);
  const [whole, part] = [value.toLowerCase(), test.text.toLowerCase()];
  return test.kind === 'contains' ? whole.includes(part) : whole.startsWith(part);
}

function attribute(test: AttributeTest, value: unknown, now: Date): boolean {
  if (value === undefined || value === null) return false;
  const written = typeof value === 'string' ? value : JSON.stringify(value);
  const day = /^\d{4}-\d\d-\d\d/.test(written) ? written.slice(0, 10) : undefined;
  switch (test.kind) {
    case 'exists':
      return /\S/.test(written) && written !== '[]' && written !== '{}';
    case 'anyOf':
      return typeof value !== 'object' && test.values.some((wanted) => String(wanted) === written);
    case 'contains':
      if (Array.isArray(value)) return value.some((item) => String(item) === test.text);
      return typeof value !== 'object' && written.toLowerCase().includes(test.text.toLowerCase());
    case 'startsWith':
      return typeof value !== 'object' && written.toLowerCase().startsWith(test.text.toLowerCase());
    case 'greater':
    case 'less': {
      if (!/^-?\d+(\.\d+)?$/.test(written)) return false;
      if (typeof value === 'string' && /^-?[1-9]\d{0,2}\.\d{3}$/.test(value)) return false;
      return test.kind === 'greater' ? Number(written) > test.than : Number(written) < test.than;
    }
    case 'after':
      return day !== undefined && day > test.day;
    case 'before':
      return day !== undefined && day < test.day;
    case 'withinDays': {
      const today = dayThere(now);
      const from = new Date(Date.parse(today) - test.days * DAY_MS).toISOString().slice(0, 10);
      const asked = /T.*(Z|[+-]\d\d:\d\d)$/.test(written) ? dayThere(new Date(written)) : day;
      return asked !== undefined && asked >= from && asked <= today;
    }
  }
}

function dayThere(time: Date): string {
  return localTime(time, TIME_ZONE).slice(0, 10);
}

function activity(asked: Extract<Question, { on: 'activity' }>, person: Person, now: Date): boolean {
  const since = asked.withinDays === undefined ? -Infinity : now.getTime() - asked.withinDays * DAY_MS;
  return person.received.some(({ campaignId, state, sentAt, repliedAt }) => {
    if (asked.campaignId !== undefined && asked.campaignId !== campaignId) return false;
    if (asked.activity === 'replied') return repliedAt !== null && repliedAt.getTime() >= since;
    const wanted = {
      received: ['sent', 'delivered', 'read'],
      delivered: ['delivered', 'read'],
      read: ['read'],
      failed: ['failed'],
    }[asked.activity];
    return wanted.includes(state) && (sentAt?.getTime() ?? -Infinity) >= since;
  });
}

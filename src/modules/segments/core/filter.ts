import type { IdentityKind } from '../../contacts/core/identity.js';
import { instantOnWall, offsetAt } from '../../../lib/zone.js';

/** A question about a contact: conditions joined by `all`, `any` and `not`. What callers write becomes this in parse.ts. */
export type Filter = { all: Filter[] } | { any: Filter[] } | { not: Filter } | { condition: Condition };

/** `negate` is true for "not", "none of" and "has no"; a contact without a value then belongs to it. */
export type Condition = Question & { negate: boolean };

export type Question =
  | { on: 'name' | 'phoneNumber'; test: TextTest }
  | { on: 'attribute'; key: string; test: AttributeTest }
  | { on: 'identity'; kinds: IdentityKind[] }
  | { on: 'country'; countries: string[] }
  | { on: 'tags'; test: { kind: 'anyOf'; tags: string[] } | { kind: 'exists' } }
  | { on: 'createdAt'; test: TimeTest }
  | { on: 'optedOut' }
  | { on: 'consent'; is: ConsentStatus }
  | { on: 'list'; ids: string[] }
  | { on: 'activity'; activity: Activity; campaignId: string | undefined; withinDays: number | undefined };

export type TextTest =
  | { kind: 'anyOf'; values: string[] }
  | { kind: 'contains' | 'startsWith'; text: string }
  | { kind: 'exists' };

export type Scalar = string | number | boolean;

export type AttributeTest =
  | { kind: 'anyOf'; values: Scalar[] }
  | { kind: 'contains' | 'startsWith'; text: string }
  | { kind: 'exists' }
  | { kind: 'greater' | 'less'; than: number }
  /** Days as `YYYY-MM-DD`. */
  | { kind: 'after' | 'before'; day: string }
  | { kind: 'withinDays'; days: number };

export type TimeTest = { kind: 'after' | 'before'; at: Date } | { kind: 'withinDays'; days: number };

export const consentStatuses = ['granted', 'withdrawn', 'none'] as const;
export type ConsentStatus = (typeof consentStatuses)[number];

export const activities = ['received', 'delivered', 'read', 'replied', 'failed'] as const;
export type Activity = (typeof activities)[number];

/** A list or campaign of the tenant that a filter names; the user of the filter checks that it still exists. */
export interface Reference {
  kind: 'list' | 'campaign';
  id: string;
  /** Where the filter names it. */
  path: string;
}

/**
 * The forms in which a value may be stored: an import writes every attribute as text, the API keeps numbers and
 * truths, and to the person who asks for "5" they are all the same.
 */
export function storedForms(value: Scalar): Scalar[] {
  if (typeof value !== 'string') return [value, String(value)];
  if (value === 'true' || value === 'false') return [value, value === 'true'];
  const number = Number(value);
  return value !== '' && String(number) === value && Number.isFinite(number) ? [value, number] : [value];
}

/** What counts as a number in an attribute's text. */
export const NUMBER_TEXT = '^-?[0-9]{1,15}(\\.[0-9]{1,15})?$';
/** A text that is twelve hundred and fifty to some and one and a quarter to others (`1.250`): no number, as in texts. */
export const AMBIGUOUS_NUMBER_TEXT = '^-?[1-9][0-9]{0,2}\\.[0-9]{3}$';
/** What counts as a day: the first ten characters of a date or time in ISO 8601. */
export const DAY_TEXT = '^[0-9]{4}-[0-9]{2}-[0-9]{2}';

/**
 * What counts as a moment: a time with its offset. Only such as PostgreSQL can read, because one that it cannot would fail
 * the whole query: no year 0, no 30 February; a 29 February is a day.
 */
export const MOMENT_TEXT =
  '^[1-9][0-9]{3}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))' +
  '[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,9})?)?(Z|[+-](0[0-9]|1[0-4]):?[0-5][0-9])$';

const ONE_DAY_MS = 86_400_000;

/** When a filter is asked, and by whose clock. */
export interface AskedAt {
  now: Date;
  /** The tenant's IANA time zone: its days are meant by "within so many days". */
  timeZone: string;
}

export function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * ONE_DAY_MS);
}

/** The days from so many before today until today on the tenant's clock, and the instants they begin and end at. */
export function lastDays(
  { now, timeZone }: AskedAt,
  days: number,
): { firstDay: string; today: string; from: Date; until: Date } {
  const wall = now.getTime() + offsetAt(timeZone, now.getTime());
  const today = wall - (((wall % ONE_DAY_MS) + ONE_DAY_MS) % ONE_DAY_MS);
  const firstDay = today - days * ONE_DAY_MS;
  // A day that the zone leaves out begins with the next one.
  const begin = (day: number) =>
    new Date(instantOnWall(timeZone, day) ?? instantOnWall(timeZone, day + ONE_DAY_MS) ?? day);
  const text = (day: number) => new Date(day).toISOString().slice(0, 10);
  return {
    firstDay: text(firstDay),
    today: text(today),
    from: begin(firstDay),
    until: begin(today + ONE_DAY_MS),
  };
}

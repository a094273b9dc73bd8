/** A question about a contact: conditions joined by `all`, `any` and `not`. What callers write becomes this in parse.ts. */
export type Filter = { all: Filter[] } | { any: Filter[] } | { not: Filter } | { condition: Condition };

/** `negate` is true for "not", "none of" and "has no"; a contact without a value then belongs to it. */
export type Condition = Question & { negate: boolean };

export type Question =
  | { on: 'name' | 'phoneNumber'; test: TextTest }
  | { on: 'attribute'; key: string; test: AttributeTest }
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
/** What counts as a day: the first ten characters of a date or time in ISO 8601. */
export const DAY_TEXT = '^[0-9]{4}-[0-9]{2}-[0-9]{2}';

const ONE_DAY_MS = 86_400_000;

export function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * ONE_DAY_MS);
}

export function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

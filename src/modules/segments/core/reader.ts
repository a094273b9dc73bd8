import { composed } from '../../../lib/composed.js';
import type { FieldError } from '../../../lib/errors.js';
import { MAX_FAULTS } from '../../../lib/faults.js';
import { isId } from '../../../lib/ids.js';
import type { Scalar } from './filter.js';

export const MAX_TEXT = 1_000;
/** Of a text that is looked for inside others: comparing takes time for each of its letters. */
export const MAX_PART = 200;
export const MAX_VALUES = 1_000;
const MAX_DAYS = 3_650;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2}))?$/;
/** A NUL or half of a surrogate pair: PostgreSQL takes neither. */
const UNSTORABLE = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Errors that are kept: with how many more there are, as many as an answer lists. */
const MAX_ERRORS = MAX_FAULTS - 1;

/** Collects the validation errors of a filter; a parser that returns undefined has added one. */
export class ErrorCollector {
  private readonly collected: FieldError[] = [];
  private dropped = 0;

  add(path: string, message: string): undefined {
    if (this.collected.length < MAX_ERRORS) this.collected.push({ path, message });
    else this.dropped += 1;
    return undefined;
  }

  /** The first `MAX_ERRORS`, and how many more there are. */
  get reported(): FieldError[] {
    if (this.dropped === 0) return this.collected;
    return [...this.collected, { path: '', message: `and ${this.dropped} more errors` }];
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function parseText(value: unknown, path: string, errors: ErrorCollector): string | undefined {
  if (typeof value !== 'string' || value.trim() === '') return errors.add(path, 'must be a text');
  if (value.length > MAX_TEXT) return errors.add(path, `must be at most ${MAX_TEXT} characters`);
  if (UNSTORABLE.test(value)) return errors.add(path, 'contains a broken or NUL character');
  // Contacts are stored composed, and SQL compares characters.
  return composed(value);
}

/** For `contains` and `startsWith`. */
export function parsePart(value: unknown, path: string, errors: ErrorCollector): string | undefined {
  if (typeof value === 'string' && value.length > MAX_PART) {
    return errors.add(path, `must be at most ${MAX_PART} characters`);
  }
  return parseText(value, path, errors);
}

export function parseScalar(value: unknown, path: string, errors: ErrorCollector): Scalar | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'string') return parseText(value, path, errors);
  return errors.add(path, 'must be a text, a number, true or false');
}

/** One value or, with `many`, a list of them: each read by `read`. */
export function parseValues<Value>(
  value: unknown,
  path: string,
  errors: ErrorCollector,
  options: {
    many: boolean;
    read: (item: unknown, path: string, errors: ErrorCollector) => Value | undefined;
  },
): Value[] | undefined {
  if (!options.many) {
    const item = options.read(value, path, errors);
    return item === undefined ? undefined : [item];
  }
  if (!Array.isArray(value) || value.length === 0) return errors.add(path, 'must be a list of values');
  if (value.length > MAX_VALUES) return errors.add(path, `must be at most ${MAX_VALUES} values`);
  const items = value.map((item: unknown, index) => options.read(item, `${path}[${index}]`, errors));
  return items.some((item) => item === undefined) ? undefined : (items as Value[]);
}

export function parseId(value: unknown, path: string, errors: ErrorCollector): string | undefined {
  return isId(value) ? value.toLowerCase() : errors.add(path, 'must be a UUID');
}

export function parseBoolean(value: unknown, path: string, errors: ErrorCollector): boolean | undefined {
  return typeof value === 'boolean' ? value : errors.add(path, 'must be true or false');
}

export function parseDays(value: unknown, path: string, errors: ErrorCollector): number | undefined {
  const isDays = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_DAYS;
  return isDays ? value : errors.add(path, `must be a whole number of days from 1 to ${MAX_DAYS}`);
}

/** A day of the calendar; `2026-02-30` is none. */
function isDay(value: string): boolean {
  const time = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(value);
}

export function parseDay(value: unknown, path: string, errors: ErrorCollector): string | undefined {
  if (typeof value === 'string' && DAY.test(value) && isDay(value)) return value;
  return errors.add(path, 'must be a number, or a day such as "2026-03-31"');
}

export function parseTime(value: unknown, path: string, errors: ErrorCollector): Date | undefined {
  const isTime = typeof value === 'string' && TIME.test(value) && isDay(value.slice(0, 10));
  const time = isTime ? new Date(value) : undefined;
  if (time && !Number.isNaN(time.getTime())) return time;
  return errors.add(path, 'must be a time such as "2026-03-31" or "2026-03-31T12:00:00Z"');
}

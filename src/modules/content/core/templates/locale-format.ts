import QuickLRU from 'quick-lru';
import { cached } from '../../../../lib/cached.js';
import { shown } from './plain-number.js';

/** A bounded cache: formatters are expensive to make (tens of microseconds) and their arguments come from templates. */
const MOST_CACHED = { maxSize: 200 };
const numberFormats = new QuickLRU<string, Intl.NumberFormat>(MOST_CACHED);
const dateFormats = new QuickLRU<string, Intl.DateTimeFormat>(MOST_CACHED);

const DATE_STYLES = {
  full: { dateStyle: 'full' },
  long: { dateStyle: 'long' },
  medium: { dateStyle: 'medium' },
  short: { dateStyle: 'short' },
  time: { timeStyle: 'short' },
  datetime: { dateStyle: 'long', timeStyle: 'short' },
  weekday: { weekday: 'long' },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

export type DateStyle = keyof typeof DATE_STYLES;
export const dateStyles = Object.keys(DATE_STYLES);

export function isDateStyle(value: string): value is DateStyle {
  return Object.hasOwn(DATE_STYLES, value);
}

/** Cached, because each rendering asks and the check of a zone creates a formatter. */
const answers = new QuickLRU<string, boolean>(MOST_CACHED);

export function isLocale(value: string): boolean {
  return remembered(`locale ${value}`, () => Intl.NumberFormat.supportedLocalesOf(value).length > 0);
}

export function isTimeZone(value: string): boolean {
  const ask = () => new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone !== '';
  return remembered(`zone ${value}`, ask);
}

export function isCurrency(value: string): boolean {
  return remembered(`currency ${value}`, () => Intl.supportedValuesOf('currency').includes(value));
}

/** Longer than any name of a locale or a zone. */
const MAX_NAME = 100;

/** False for malformed names, at which Intl throws a RangeError, and for texts that are too long to be kept as a key. */
function remembered(question: string, ask: () => boolean): boolean {
  if (question.length > MAX_NAME) return false;
  return cached(answers, question, () => {
    try {
      return ask();
    } catch {
      return false;
    }
  });
}

/** Unless `digits` says otherwise, as many decimals as the value has, up to three. */
export function formatNumber(value: number, locale: string, digits?: number): string {
  const options =
    digits === undefined ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return numberFormat(locale, options).format(value);
}

export function formatCurrency(value: number, currency: string, locale: string): string {
  return numberFormat(locale, { style: 'currency', currency }).format(value);
}

/**
 * A moment on the wall clock of a zone. A date without a time, and a time without an offset, are on that wall already:
 * 2026-03-02 is the second of March everywhere. Undefined when the value is no date.
 */
export function formatDate(
  value: string | number,
  locale: string,
  zone: string,
  style: DateStyle,
): string | undefined {
  const at = parseDate(value);
  if (!at) return undefined;
  const timeZone = at.onTheWall ? 'UTC' : zone;
  return dateFormat(locale, { ...DATE_STYLES[style], timeZone }).format(at.date);
}

const DATE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/;
/** Seconds since 1970 below this, milliseconds above: 5138 in seconds, 1973 in milliseconds. */
const MOST_SECONDS = 100_000_000_000;

export function parseDate(value: string | number): { date: Date; onTheWall: boolean } | undefined {
  const text = String(value).trim();
  if (/^\d{9,14}$/.test(text)) {
    const number = Number(text);
    return { date: new Date(number < MOST_SECONDS ? number * 1_000 : number), onTheWall: false };
  }
  const [, day, time = '00:00', offset] = DATE.exec(text) ?? [];
  if (day === undefined || !isCalendarDay(day)) return undefined;
  const date = new Date(`${day}T${time}${offset ?? 'Z'}`);
  return Number.isNaN(date.getTime()) ? undefined : { date, onTheWall: offset === undefined };
}

export function noDate(filter: string, value: unknown): Error {
  const right = '2026-03-02, 2026-03-02T10:00:00Z or seconds since 1970';
  return new Error(`${filter}: ${shown(value)} is no date; give ${right}`);
}

/** JavaScript takes the 30th of February for a day in March. */
function isCalendarDay(day: string): boolean {
  const date = new Date(`${day}T00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify([locale, options]);
  return cached(numberFormats, key, () => new Intl.NumberFormat(locale, options));
}

function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([locale, options]);
  return cached(dateFormats, key, () => new Intl.DateTimeFormat(locale, options));
}

import { errorWith, isBlank, optional, required, type Rule, type TextFilter } from './filter-rules.js';
import { dateStyles, formatCurrency, formatDate, noDate } from './locale-format.js';
import { isCurrency, isDateStyle, isLocale, isTimeZone } from './locale-format.js';
import { parseNumber } from './locale-number.js';
import { firstName, titleCase } from './person-names.js';
import { LocaleNumber, numberOf } from './plain-number.js';
import { mathFilters } from './template-math.js';

type Argument = string | number | undefined;

const locale = required('a locale such as "pt-BR"', (value) => typeof value === 'string' && isLocale(value));
const zone = required(
  'a time zone such as "America/Sao_Paulo"',
  (value) => typeof value === 'string' && isTimeZone(value),
);
const currencyCode = required(
  'a currency such as "BRL"',
  (value) => typeof value === 'string' && isCurrency(value),
);
const style = required(
  `one of ${dateStyles.join(', ')}`,
  (value) => typeof value === 'string' && isDateStyle(value),
);
const digits = required(
  'a number of decimals from 0 to 20',
  (value) => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 20,
);

/**
 * Filters besides Liquid's own or in their place (docs/templates.md shows them). They depend on nothing but their input:
 * the same template and recipient always give the same text.
 */
const filters: Record<string, TextFilter> = {
  first_name: { rules: [], apply: (value) => firstName(textOf(value)) },
  title_case: {
    rules: [optional(locale)],
    apply: (value, tag) => titleCase(textOf(value), typeof tag === 'string' ? tag : undefined),
  },
  number: {
    rules: [locale, optional(digits)],
    apply: (value, tag, decimals) =>
      parseNumber(value, String(tag), decimals === undefined ? undefined : Number(decimals)),
  },
  currency: {
    rules: [currencyCode, locale],
    apply: (value, code, tag) => formatCurrency(numberOf(value), String(code), String(tag)),
  },
  date_in: {
    rules: [locale, zone, optional(style)],
    apply: (value, tag, timeZone, name) =>
      dateIn(value, argumentOf(tag), argumentOf(timeZone), argumentOf(name)),
  },
  ...mathFilters,
};

/** Each as Liquid registers it. A blank value stays blank, so that a `default` behind it works. */
export const filterHandlers: [name: string, handler: (value: unknown, ...args: unknown[]) => unknown][] =
  Object.entries(filters).map(([name, filter]) => [
    name,
    (value, ...args) => {
      if (filter.calculates && [value, ...args].some(isBlank)) return undefined;
      const error = errorWith(name, filter, args);
      if (error !== undefined) throw new Error(error);
      return isBlank(value) ? '' : filter.apply(value, ...args);
    },
  ]);

/** Filters whose result must not be a hole in the text, where no `default` stands behind them. */
export function needsValue(filter: string): boolean {
  return (
    filter.startsWith('date') || ['number', 'currency'].includes(filter) || Object.hasOwn(mathFilters, filter)
  );
}

/** An argument as it stands in a template: known now, or only when it is rendered. */
export type GivenArgument = { literal: unknown } | 'computed';

/** The error of the arguments of one of these filters; undefined for right ones, and for Liquid's own filters. */
export function argumentError(name: string, given: GivenArgument[]): string | undefined {
  const filter = Object.hasOwn(filters, name) ? filters[name] : undefined;
  if (!filter) return undefined;
  const known = filter.rules.map((rule, index): Rule => (given[index] === 'computed' ? anything : rule));
  const values = given.map((argument) => (argument === 'computed' ? undefined : argument.literal));
  return errorWith(name, { ...filter, rules: known }, values);
}

function anything(): undefined {
  return undefined;
}

function dateIn(value: unknown, tag: Argument, timeZone: Argument, name: Argument = 'long'): string {
  const readable = typeof value === 'string' || typeof value === 'number' ? value : '';
  const wanted = String(name);
  const text = isDateStyle(wanted) ? formatDate(readable, String(tag), String(timeZone), wanted) : undefined;
  if (text !== undefined) return text;
  throw noDate('date_in', value);
}

function argumentOf(value: unknown): Argument {
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || value instanceof LocaleNumber
      ? String(value)
      : '';
}

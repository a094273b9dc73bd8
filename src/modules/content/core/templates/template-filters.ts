import { dateStyles, formatCurrency, formatDate, formatNumber } from './locale-format.js';
import { isCurrency, isDateStyle, isLocale, isTimeZone } from './locale-format.js';
import { firstName, titleCase } from './person-names.js';

/** Checks an argument of a filter: returns what is expected, or undefined when the value is right. */
type Rule = (value: unknown) => string | undefined;

interface TextFilter {
  /** In the order of the arguments; a rule sees undefined for one that is not given. */
  rules: Rule[];
  /** Called with a value that is not blank and arguments that have passed their rules. */
  apply(value: unknown, ...args: Argument[]): string;
}
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
 * Filters besides Liquid's own (docs/templates.md shows them). They depend on nothing but their input: the same template
 * and recipient always give the same text.
 */
const filters: Record<string, TextFilter> = {
  first_name: { rules: [], apply: (value) => firstName(textOf(value)) },
  title_case: {
    rules: [optional(locale)],
    apply: (value, tag) => titleCase(textOf(value), tag === undefined ? undefined : String(tag)),
  },
  number: {
    rules: [locale, optional(digits)],
    apply: (value, tag, decimals) =>
      formatNumber(numberOf(value), String(tag), decimals === undefined ? undefined : Number(decimals)),
  },
  currency: {
    rules: [currencyCode, locale],
    apply: (value, code, tag) => formatCurrency(numberOf(value), String(code), String(tag)),
  },
  date_in: { rules: [locale, zone, optional(style)], apply: dateIn },
};

/** Each as Liquid registers it. A blank value stays blank, so that a `default` behind it works. */
export const filterHandlers: [name: string, handler: (value: unknown, ...args: unknown[]) => unknown][] =
  Object.entries(filters).map(([name, filter]) => [
    name,
    (value, ...args) => {
      const error = errorWith(name, filter, args);
      if (error !== undefined) throw new Error(error);
      return isBlank(value) ? '' : filter.apply(value, ...args.map(argumentOf));
    },
  ]);

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

function errorWith(name: string, { rules }: TextFilter, args: unknown[]): string | undefined {
  if (args.length > rules.length) return `${name} takes at most ${rules.length} arguments`;
  for (const [index, rule] of rules.entries()) {
    const expected = rule(args[index]);
    if (expected !== undefined) return `${name}: argument ${index + 1} must be ${expected}`;
  }
  return undefined;
}

function required(what: string, fits: (value: unknown) => boolean): Rule {
  return (value) => (fits(value) ? undefined : value === undefined ? what : `${what}, not ${shown(value)}`);
}

function optional(rule: Rule): Rule {
  return (value) => (value === undefined ? undefined : rule(value));
}

function anything(): undefined {
  return undefined;
}

function dateIn(value: unknown, tag: Argument, timeZone: Argument, name: Argument = 'long'): string {
  const readable = typeof value === 'string' || typeof value === 'number' ? value : '';
  const wanted = String(name);
  const text = isDateStyle(wanted) ? formatDate(readable, String(tag), String(timeZone), wanted) : undefined;
  if (text !== undefined) return text;
  throw new Error(
    `date_in: ${shown(value)} is no date; give 2026-03-02, 2026-03-02T10:00:00Z or seconds since 1970`,
  );
}

/** Only what a program writes: `1.234,50` and `1,234.50` mean different things to different people. */
function numberOf(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'string' && /^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/.test(value)) return Number(value);
  throw new Error(`${shown(value)} is no number; write it as 1234.5`);
}

function argumentOf(value: unknown): Argument {
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? typeof value).slice(0, 60);
}

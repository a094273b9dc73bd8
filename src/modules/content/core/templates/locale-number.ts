import QuickLRU from 'quick-lru';
import { cached } from '../../../../lib/cached.js';
import { formatNumber } from './locale-format.js';
import { isExact, LocaleNumber, plainNumber, shown } from './plain-number.js';

/** Longer than any number of 15 digits with separators. */
const MAX_TEXT = 60;
const ANY_DIGIT = /\p{Nd}/u;
const MINUS = '[-\u2212]';

interface Reader {
  pattern: RegExp;
  digits: readonly string[];
  decimal: string;
}

/** A few hundred locales, each with the digits of a text and the separators of plain numbers and of money. */
const readers = new QuickLRU<string, Reader[]>({ maxSize: 200 });

/**
 * Reads a number as people of a locale write it, in whatever digits, and prints it as they do. The separators of
 * thousands must be all there and in the right places, or not there at all. A text that is none of theirs may still be
 * a plain one (`1234.5`); anything else is an error.
 */
export function parseNumber(value: unknown, locale: string, decimals?: number): LocaleNumber {
  const number =
    typeof value === 'string' ? (parseText(value, locale) ?? plainNumber(value)) : plainNumber(value);
  if (number !== undefined) return new LocaleNumber(number, formatNumber(number, locale, decimals));
  const example = formatNumber(1_234_567.5, locale);
  throw new Error(`number: ${shown(value)} is no number as ${locale} writes it, such as ${example}`);
}

function parseText(given: string, locale: string): number | undefined {
  if (given.length > MAX_TEXT) return undefined;
  // Full-width digits become plain, no-break blanks become blanks; the marks of direction say nothing.
  const text = given
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .replaceAll('\u2019', "'")
    .trim();
  const numberingSystem = systemOf(ANY_DIGIT.exec(text)?.[0] ?? '');
  if (numberingSystem === undefined) return undefined;
  const key = `${locale} ${numberingSystem}`;
  for (const reader of cached(readers, key, () => readersOf(locale, numberingSystem))) {
    if (!reader.pattern.test(text)) continue;
    const plain = asPlain(text, reader);
    return isExact(plain) ? Number(plain) : undefined;
  }
  return undefined;
}

function asPlain(text: string, { digits, decimal }: Reader): string {
  let plain = /^[-\u2212]/u.test(text) ? '-' : '';
  for (const character of text) {
    const digit = digits.indexOf(character);
    if (digit >= 0) plain += String(digit);
    else if (character === decimal) plain += '.';
  }
  return plain;
}

let systems: ReadonlyMap<string, string> | undefined;

/** The numbering system of a digit, such as `arab`. */
function systemOf(digit: string): string | undefined {
  systems ??= new Map(
    Intl.supportedValuesOf('numberingSystem').flatMap((name) => digitsOf(name).map((own) => [own, name])),
  );
  return systems.get(digit);
}

function readersOf(locale: string, numberingSystem: string): Reader[] {
  const money = { style: 'currency', currency: 'EUR' } as const;
  // Austria separates the thousands of money by a dot, and those of numbers by a blank.
  return [{}, money].map((style) => readerOf(locale, { ...style, numberingSystem }));
}

function readerOf(locale: string, options: Intl.NumberFormatOptions & { numberingSystem: string }): Reader {
  const parts = new Intl.NumberFormat(locale, { ...options, useGrouping: true }).formatToParts(
    12_345_678_901.5,
  );
  const signOf = (type: string) => {
    const sign = parts.find((part) => part.type === type)?.value ?? '';
    return sign.normalize('NFKC').replaceAll('\u2019', "'");
  };
  const groups = parts.filter(({ type }) => type === 'integer').map(({ value }) => Array.from(value).length);
  const digits = digitsOf(options.numberingSystem);
  const decimal = signOf('decimal');
  const [digit, first, group] = [
    `[${digits.join('')}]`,
    `[${digits.slice(1).join('')}]`,
    escaped(signOf('group')),
  ];
  const last = groups.at(-1) ?? 3;
  const inner = groups.at(-2) ?? last;
  const grouped = `${first}${digit}{0,${inner - 1}}(?:${group}${digit}{${inner}})*${group}${digit}{${last}}`;
  const whole = signOf('group') === '' ? `${digit}+` : `(?:${digit}+|${grouped})`;
  const pattern = new RegExp(`^(?:\\+|${MINUS})?(?:${whole}(?:${escaped(decimal)}${digit}+)?)$`, 'u');
  return { pattern, digits, decimal };
}

function digitsOf(numberingSystem: string): string[] {
  const format = new Intl.NumberFormat('en', { numberingSystem, useGrouping: false });
  return [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => format.format(digit));
}

function escaped(sign: string): string {
  return sign.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

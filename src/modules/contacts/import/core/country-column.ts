import { getCountries } from 'libphonenumber-js/max';
import { countryOfCallingCode } from '../../../../lib/phone-country.js';
import { digitsOf, WHOLE_DIGITS } from '../../../../lib/phone-text.js';
import { pattern, plainTitle, without, withoutBrackets, withoutPhoneWords } from './titles.js';
import { isNoAnswer } from './truth.js';
import * as words from './words/country-words.js';

/** Languages in which names of countries are known; those of the lists of words go along. */
const LANGUAGES =
  'en pt es fr de it nl da nb sv fi pl cs sk hu ro hr sl sr bg el ru uk tr ar fa he hi id ms vi sw zh zh-Hant ja ko th'.split(
    ' ',
  );
/** No name or code of a country is longer. */
const MAX_LENGTH = 80;

const CALLING_CODE_TITLES = setOf(words.CALLING_CODE_TITLES);
const COUNTRY_TITLES = setOf(words.COUNTRY_TITLES);
const SHORT_TITLES = setOf(words.SHORT_COUNTRY_TITLES);
const NOT_KNOWN = setOf(words.NOT_KNOWN_VALUES);
const NOTHING = /^[\s?.*_/–—-]*$/u;
const COUNTRY = pattern(words.COUNTRY_WORDS);
const DIALLED = pattern(words.DIALLED_WORDS);
const BESIDE = pattern(words.BESIDE_COUNTRY_WORDS);

/**
 * The columns that say which country the number of a row is from, those of dialled codes in front. What holds numbers
 * below is none, whatever its title says: `Telefone fixo (código do país)`; and a title that is in no list of whole ones
 * counts only where the cells below agree.
 */
export function countryColumns(
  titles: readonly string[],
  below: readonly (readonly string[])[] = [],
): number[] {
  const holdsNumbers = (index: number) =>
    below.some((row) => digitsOf((row[index] ?? '').slice(0, MAX_LENGTH)).length >= WHOLE_DIGITS);
  const found = (isOne: (plain: string, index: number) => boolean) =>
    titles.flatMap((title, index) => {
      const plain = plainTitle(title);
      const asked = plainTitle(withoutBrackets(title));
      const forms = [plain, asked, withoutPhoneWords(plain), withoutPhoneWords(asked)];
      return forms.some((one) => isOne(one, index)) && !holdsNumbers(index) ? [index] : [];
    });
  const isIn = (known: ReadonlySet<string>) => found((plain) => known.has(plain));
  const isDialled = (plain: string, index: number) =>
    isOnly(plain, DIALLED) && agrees(below, index) !== false;
  const isNamed = (plain: string, index: number) =>
    SHORT_TITLES.has(plain)
      ? agrees(below, index) === true
      : isOnly(plain, COUNTRY) && agrees(below, index) !== false;
  return [
    ...new Set([
      ...isIn(CALLING_CODE_TITLES),
      ...found(isDialled),
      ...isIn(COUNTRY_TITLES),
      ...found(isNamed),
    ]),
  ];
}

/** True where all cells below that say anything say a country; undefined where none does. */
function agrees(below: readonly (readonly string[])[], index: number): boolean | undefined {
  const read = below.map((row) => parseCountry(row[index] ?? '')).filter((code) => code !== undefined);
  return read.length === 0 ? undefined : !read.includes(null);
}

function isOnly(plain: string, nouns: RegExp): boolean {
  if (!nouns.test(plain)) return false;
  const rest = [nouns, COUNTRY, BESIDE].reduce(without, plain);
  return rest === '' || withoutPhoneWords(rest) === '';
}

/**
 * The country (ISO 3166 alpha-2) in a cell: `+55`, `55`, `BR`, `BRA`, `Brazil`, `Brasil (+55)`, a flag. Undefined for a
 * cell that says nothing, null for one that cannot be read. Of the countries of a calling code the one that it is known
 * for.
 */
export function parseCountry(cell: string): string | undefined | null {
  // Cut first: looking for the quotes at the end takes a run of them times its length.
  const text = cell
    .slice(0, 2 * MAX_LENGTH)
    .replace(/^['"=]+|["']+$/g, '')
    .trim();
  if (text.length > MAX_LENGTH) return null;
  if (isNoAnswer(text) || NOTHING.test(text) || NOT_KNOWN.has(plainTitle(text))) return undefined;
  const digits = text
    .normalize('NFKC')
    .replace(/^(\d+)[.,]0+$/, '$1')
    .match(/\d+/g)
    ?.join('')
    .replace(/^0+/, '');
  const named = namedCountry(text);
  if (digits === undefined || digits === '') return named ?? null;
  const coded = countryOfCallingCode(digits, named ?? undefined);
  // `Brazil (+55)` has to agree with itself.
  return coded === undefined || named === null || (named !== undefined && named !== coded) ? null : coded;
}

/** Undefined where there is nothing but digits, null for another name. */
function namedCountry(text: string): string | undefined | null {
  const flag = Array.from(text)
    .map((sign) => (sign.codePointAt(0) ?? 0) - 0x1f1e6)
    .filter((at) => at >= 0 && at < 26);
  if (flag.length === 2) {
    const code = flag.map((at) => String.fromCharCode(65 + at)).join('');
    return countries().get(code.toLowerCase()) ?? null;
  }
  const asWritten = countries().get(plainTitle(text));
  if (asWritten !== undefined) return asWritten;
  const plain = plainTitle(text.replace(/\p{Nd}+/gu, ' '));
  if (plain === '') return undefined;
  return (
    countries().get(plain) ??
    countries().get(plainTitle(withoutBrackets(text).replace(/\p{Nd}+/gu, ' '))) ??
    inParts(text) ??
    null
  );
}

/** `BR - Brazil`, of which every part says the same, and `Korea, Republic of`, as ISO 3166 sorts them. */
function inParts(text: string): string | undefined {
  const parts = text
    .replace(/\p{Nd}+/gu, ' ')
    .split(/[-–—,/|:()]/u)
    .map(plainTitle)
    .filter((part) => part !== '');
  const [name = '', kind = ''] = parts;
  const sorted = parts.length === 2 ? countries().get(`${kind} ${name}`) : undefined;
  if (sorted !== undefined) return sorted;
  // The Congos and the Koreas differ in it alone.
  if (parts.length === 2 && / of(?: the)?$/.test(kind) && !kind.includes('democratic')) {
    return countries().get(name);
  }
  const found = new Set(parts.map((part) => countries().get(part)));
  return found.size === 1 ? [...found][0] : undefined;
}

let known: ReadonlyMap<string, string> | undefined;

/** Made when the first such column is read: most files have none. */
function countries(): ReadonlyMap<string, string> {
  return (known ??= new Map(spellings()));
}

function spellings(): [string, string][] {
  const codes = getCountries();
  const names = LANGUAGES.flatMap((language) => {
    const shown = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' });
    return codes.map((code): [string, string] => [plainTitle(shown.of(code) ?? code), code]);
  });
  const others = Object.entries(words.COUNTRY_NAMES).flatMap(([code, list]) =>
    list.split(';').map((name): [string, string] => [plainTitle(name), code]),
  );
  const three = words.ALPHA_3.split(' ').map((pair): [string, string] => [
    pair.slice(3).toLowerCase(),
    pair.slice(0, 2),
  ]);
  const two = codes.map((code): [string, string] => [code.toLowerCase(), code]);
  return [...names, ...others, ...three, ...two];
}

function setOf(lists: readonly string[]): ReadonlySet<string> {
  return new Set(lists.flatMap((list) => list.split(';').map(plainTitle)));
}

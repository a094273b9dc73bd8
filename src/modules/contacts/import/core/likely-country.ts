import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { isOfCallingCode } from '../../../../lib/phone-country.js';
import { isInternational } from '../../../../lib/phone-text.js';
import { firstPhone } from '../../../../lib/phone.js';
import { parseCountry } from './country-column.js';
import type { PhoneColumn } from './phone-columns.js';
import { pattern, plainTitle } from './titles.js';
import { NO_COUNTRY_WORDS } from './words/country-words.js';

const NO_COUNTRY = pattern(NO_COUNTRY_WORDS);
const MOBILE = new Set<string | undefined>(['MOBILE', 'FIXED_LINE_OR_MOBILE']);
const BARE_DIGITS = /^\d+$/;
/** In North America two letters may be a state: `IN` is Indiana, `CO` Colorado. */
const TWO_LETTERS = /^[a-z]{2}$/i;

/** What is known of the columns of a file. */
interface KnownColumns {
  phones: readonly PhoneColumn[];
  /** Those that say which country or area a number is from. */
  others: readonly number[];
}

/**
 * Columns whose titles say nothing of a country, but whose cells below all look like one, and like that of the number
 * beside: each number exists there, and at least one of them would be a stranger's without it. Bare digits may as well be
 * ages: they count from two rows on.
 */
export function likelyCountries(
  titles: readonly string[],
  below: readonly (readonly string[])[],
  { phones, others }: KnownColumns,
  defaultCountry?: string,
): number[] {
  const taken = new Set([...phones.map(({ index }) => index), ...others]);
  const isLikely = (index: number) => {
    const rows = below.flatMap((row) => {
      const country = (row[index] ?? '').trim();
      const number = phones.map((phone) => row[phone.index]?.trim() ?? '').find((cell) => cell !== '');
      return country === '' || number === undefined ? [] : [{ country, number }];
    });
    if (rows.length < 2 && rows.every(({ country }) => BARE_DIGITS.test(country))) return false;
    const read = new Set(rows.map(({ number, country }) => readAs(number, country, defaultCountry)));
    return !read.has('not there') && read.has('a stranger');
  };
  return [...titles.keys()].filter(
    (index) => !taken.has(index) && !NO_COUNTRY.test(plainTitle(titles[index] ?? '')) && isLikely(index),
  );
}

/** True for a number that is one of the country in the cell, and that the default country would make a stranger's. */
export function isOfLikelyCountry(number: string, cell: string, defaultCountry?: string): boolean {
  return readAs(number, cell.trim(), defaultCountry) === 'a stranger';
}

/** What a number is, beside a cell that looks like its country, when it is read without that. */
function readAs(
  number: string,
  cell: string,
  defaultCountry: string | undefined,
): 'the same' | 'not there' | 'a stranger' {
  const code = parseCountry(cell);
  if (typeof code !== 'string') return 'not there';
  if (isInternational(number)) return 'the same';
  const there = firstPhone(number, code);
  if (!there.ok || !isOfCallingCode(there.phone, code)) return 'not there';
  const here = firstPhone(number, defaultCountry);
  if (!here.ok || here.phone === there.phone) return 'the same';
  if (here.country !== defaultCountry?.toUpperCase()) return 'a stranger';
  if (!isMobile(there.phone)) return 'the same';
  // Where the cell may be something else, a mobile number of the default country is one.
  const isVague = BARE_DIGITS.test(cell) || (TWO_LETTERS.test(cell) && isOfCallingCode(here.phone, 'US'));
  return isVague && isMobile(here.phone) ? 'the same' : 'a stranger';
}

function isMobile(phone: string): boolean {
  return MOBILE.has(parsePhoneNumberFromString(phone)?.getType());
}

import {
  isSupportedCountry,
  parsePhoneNumberFromString,
  type CountryCode,
  type PhoneNumber,
} from 'libphonenumber-js/max';
import { countriesWithMobilesOf } from './phone-country.js';
import { characterError, numberError, tailError } from './phone-errors.js';
import { lineOf } from './phone-line.js';
import { slashParts, spacedParts } from './phone-parts.js';
import { looseTail } from './phone-tails.js';
import * as phoneText from './phone-text.js';

export type PhoneOutcome =
  | {
      ok: true;
      /** E.164 with the leading plus sign. */
      phone: string;
      /** ISO 3166 alpha-2, or `001` for numbers of no country. */
      country: string;
    }
  | { ok: false; reason: string };

/** What Mexico dialled before a number until 2019; none of its numbers begins so. */
const MEXICAN_PREFIX = /^\+52(?:01|04[45])(?=\d{10}$)/;
/** A mobile number of Argentina with both of its marks, the 9 for abroad and the 15 behind the area. */
const ARGENTINIAN_TWICE = /^\+549(?=\d{12}$)/;
/**
 * Digits of what may be a number of the default country without its area. With a country code in front only numbers of a
 * few tiny countries are as short; a local one would become one of Austria or Norway.
 */
const MAX_LOCAL_DIGITS = 9;
/** Digits that a number has within many countries, such as the United States and India, without its country code. */
const NATIONAL_DIGITS = 10;
/** More have the longest that are common within a country: Brazil's mobiles, China's, many of Germany's and Indonesia's. */
const MAX_NATIONAL_DIGITS = 11;
/** Zeros that are dialled within Argentina, and from Mexico to itself, behind the code of the country or in front of it. */
const SURPLUS: readonly (readonly [RegExp, string])[] = [
  [/^\+5490(?=\d{10}$)/, '+549'],
  [/^\+152(?=\d{10}$)/, '+52'],
];
const MOBILE = new Set<string | undefined>(['MOBILE', 'FIXED_LINE_OR_MOBILE']);
/** Between the values that an address book puts into one cell. */
const BETWEEN_VALUES = ':::';
/** What most cells hold: nothing but one number. */
const BARE = /^\+?\d{1,18}$/;

/** True for an ISO 3166 alpha-2 code that has a numbering plan; case does not matter. */
export function isPhoneCountry(code: string): boolean {
  return isSupportedCountry(code.toUpperCase());
}

/**
 * Brings a phone number as people and spreadsheets write it to E.164. National numbers need `defaultCountry` (ISO 3166
 * alpha-2). A number without a plus sign that is no valid number of the default country is taken as international when
 * it is valid as such, and too long for one of a place (with a default country) or of a country (without). A number in a form that its country gave up, which WhatsApp may still use, keeps it: see
 * `lineOf`. Several numbers, an extension, or digits that stand beside a whole number are refused. The reason of a
 * failure is plain text for the caller.
 */
export function normalisePhone(input: string, defaultCountry?: string): PhoneOutcome {
  const read = parseNumbers(input, defaultCountry);
  if ('reason' in read) return refuse(read.reason);
  if (read.numbers.length > 1) return refuse('it holds more than one phone number; give one');
  return read.hasWords ? refuse('the phone number contains letters') : read.numbers[0];
}

/** The first usable number of a cell, into which people and address books write several. */
export function firstPhone(cell: string, defaultCountry?: string): PhoneOutcome {
  const read = parseNumbers(cell, defaultCountry);
  if ('reason' in read) return refuse(read.reason);
  const [first] = read.numbers;
  const usable = read.numbers.find(({ ok }) => ok);
  if (usable || first.ok || read.numbers.length === 1) return usable ?? first;
  return refuse(
    `none of the ${read.numbers.length} numbers in the cell can be used; the first: ${first.reason}`,
  );
}

interface ReadNumbers {
  numbers: [PhoneOutcome, ...PhoneOutcome[]];
  /** Beside the numbers stands a text, behind a separator. */
  hasWords: boolean;
}

function parseNumbers(input: string, defaultCountry?: string): ReadNumbers | { reason: string } {
  const country = defaultCountry?.toUpperCase();
  if (country !== undefined && !isSupportedCountry(country)) {
    return { reason: `"${defaultCountry}" is not a country code; use two letters such as BR` };
  }
  if (BARE.test(input)) return { numbers: [parseOne(input, country)], hasWords: false };
  const text = phoneText.plainText(input);
  if (text === '') return { reason: 'the phone number is empty' };
  if (text.length > phoneText.MAX_TEXT) return { reason: 'the text is too long to be a phone number' };

  const values = text.split(BETWEEN_VALUES).map((value) => value.trim());
  const [value = text, ...others] = values.filter((one) => one !== '');
  return others.length === 0 ? parseValue(value, country) : parseValues([value, ...others], country);
}

/** Each value of an address book stands for itself: a short code beside a number is no tail of it. */
function parseValues(values: readonly string[], country?: CountryCode): ReadNumbers {
  const read = values.map((value) => parseValue(value, country));
  const numbers = read.flatMap((one) => ('reason' in one ? [refuse(one.reason)] : one.numbers));
  const [first = refuse('the phone number is empty'), ...others] = numbers;
  return {
    numbers: [first, ...others],
    hasWords: read.some((one) => 'reason' in one || one.hasWords),
  };
}

function parseValue(text: string, country?: CountryCode): ReadNumbers | { reason: string } {
  const isNumber = (part: string) => parseOne(part, country).ok;
  const parts = partsOf(text, isNumber);
  const [first = text] = parts;
  if (parts.length <= 1) return { numbers: [parseOne(first, country)], hasWords: false };
  const isWhole = (part: string) =>
    phoneText.digitsOf(part).length >= phoneText.WHOLE_DIGITS || isNumber(part);
  const [whole, ...others] = parts.filter(isWhole);
  if (whole === undefined) return { numbers: [parseOne(first, country)], hasWords: false };
  const tail = parts.find((part) => /\d/.test(part) && !isWhole(part));
  if (tail !== undefined) return { reason: tailError(tail) };
  const numbers: ReadNumbers['numbers'] = [
    parseOne(whole, country),
    ...others.map((part) => parseOne(part, country)),
  ];
  return { numbers, hasWords: numbers.length < parts.length };
}

function partsOf(text: string, isNumber: (part: string) => boolean): string[] {
  if (phoneText.accountOf(text)) return [text];
  return phoneText
    .partsOf(text)
    .map((part) => phoneText.withoutLabel(part))
    .flatMap((part) => (phoneText.accountOf(part) ? [part] : slashParts(part, isNumber)))
    .flatMap((part) => spacedParts(phoneText.withoutLabel(part)));
}

function refuse(reason: string): PhoneOutcome {
  return { ok: false, reason };
}

function parseOne(written: string, country?: CountryCode): PhoneOutcome {
  const account = phoneText.accountOf(written);
  if (account) return 'reason' in account ? refuse(account.reason) : fromInternational(`+${account.digits}`);
  const exponent = phoneText.EXPONENT.exec(written);
  if (exponent) return fromExponent(exponent, country);
  if (phoneText.hasExtension(written)) {
    return refuse('it has an extension, which WhatsApp does not know; write the whole number without it');
  }
  const text = phoneText.FLOAT.exec(written)?.[1] ?? written;
  const error = characterError(text);
  if (error) return refuse(error);
  const outcome = fromDigits(text, country);
  if (!outcome.ok) return outcome;
  const tail = looseTail(text, outcome.phone, (part) => {
    const number = fromDigits(part, country);
    return number.ok ? number.phone : undefined;
  });
  return tail === undefined ? outcome : refuse(tailError(tail));
}

/** `5.511987654321E+12` is exact; `5.51199E+12` was rounded by a spreadsheet and would reach another person. */
function fromExponent([, first = '', fraction = '', exponent]: RegExpExecArray, country?: CountryCode) {
  if (fraction.length !== Number(exponent)) {
    return refuse(
      'a spreadsheet shortened the number and its last digits are lost; format the column as text and export again',
    );
  }
  return fromDigits(first + fraction, country);
}

function fromDigits(text: string, country?: CountryCode): PhoneOutcome {
  const digits = phoneText.digitsOf(text);
  if (text.includes('+')) return fromInternational(`+${digits}`, text.replace(/[^\d+()]/g, ''));
  if (digits.startsWith('00')) return fromInternational(`+${digits.slice(2)}`);

  const national = country && parsePhoneNumberFromString(digits, country);
  const mayBeNational =
    country === undefined ? isNationalSomewhere(digits) : digits.length <= MAX_LOCAL_DIGITS;
  const international = mayBeNational ? undefined : parsePhoneNumberFromString(`+${digits}`);
  const outcome =
    country !== undefined && isOnlyThenMobile(international, national, country)
      ? accept(international)
      : (accept(national) ?? acceptOld(national) ?? accept(international) ?? acceptOld(international));
  if (outcome) return outcome;
  if (country === undefined) {
    return refuse('it has no country code: write it with + and the country code, or give a default country');
  }
  return refuse(numberError(digits, country));
}

/**
 * True for digits that need no country code to be whole, wherever that may be: `51987654321` is a mobile number of Porto
 * Alegre as well as one of Peru. North America's own numbers begin with the 1 within it, too.
 */
function isNationalSomewhere(digits: string): boolean {
  if (digits.length <= NATIONAL_DIGITS) return true;
  if (digits.length > MAX_NATIONAL_DIGITS || digits.startsWith('1')) return false;
  return countriesWithMobilesOf(digits.length).some((country) => {
    const number = parsePhoneNumberFromString(digits, country);
    return number?.nationalNumber === digits && MOBILE.has(number.getType());
  });
}

/**
 * `4915123456789` in Germany is a mobile number whose plus sign was lost, although a long enough landline of the area
 * 04915 could exist too: where both readings are valid, the one that can have WhatsApp is meant.
 */
function isOnlyThenMobile(
  international: PhoneNumber | undefined,
  national: PhoneNumber | undefined,
  country: CountryCode,
): boolean {
  if (!international?.isValid() || international.country !== country) return false;
  return MOBILE.has(international.getType()) && !MOBILE.has(national?.getType());
}

/** `withTrunk` keeps the parentheses of `+44 (0)20 ...`, whose zero is not dialled from abroad. */
function fromInternational(plusDigits: string, withTrunk = plusDigits): PhoneOutcome {
  const dialled = SURPLUS.reduce((text, [from, to]) => text.replace(from, to), plusDigits);
  const number = parsePhoneNumberFromString(dialled);
  const outcome =
    accept(number) ?? accept(parsePhoneNumberFromString(withTrunk.replace('(0)', ''))) ?? acceptOld(number);
  return outcome ?? refuse(numberError(plusDigits));
}

function accept(number: PhoneNumber | undefined): PhoneOutcome | undefined {
  if (!number?.isValid()) return undefined;
  return { ok: true, phone: number.number, country: number.country ?? '001' };
}

/**
 * A form from before a reform of the country's numbers: no numbering plan has it any more, but files do, and WhatsApp's
 * ids. It stays as it was written, because that may be the form WhatsApp knows the line by.
 */
function acceptOld(number: PhoneNumber | undefined): PhoneOutcome | undefined {
  if (!number) return undefined;
  const written = number.number.replace(MEXICAN_PREFIX, '+52').replace(ARGENTINIAN_TWICE, '+54');
  const line = lineOf(written);
  const today = accept(parsePhoneNumberFromString(line));
  if (!today?.ok) return undefined;
  return line === written ? today : { ...today, phone: written };
}

import {
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
  validatePhoneNumberLength,
  type CountryCode,
  type PhoneNumber,
} from 'libphonenumber-js/max';
import { lineOf } from './phone-line.js';

export type PhoneOutcome =
  | {
      ok: true;
      /** E.164 with the leading plus sign. */
      phone: string;
      /** ISO 3166 alpha-2, or `001` for numbers of no country. */
      country: string;
    }
  | { ok: false; reason: string };

const SCHEME = /^(?:whatsapp|tel|phone|mobile|callto|sms)\s*:\s*/i;
/** `5511987654321@c.us`, or `5511987654321:7@s.whatsapp.net` of one of its devices; it always has the country code. */
const WHATSAPP_ID = /^\+?(\d+)(?::\d{1,3})?@(?:c\.us|s\.whatsapp\.net)$/i;
/** What Mexico dialled before a number until 2019; none of its numbers begins so. */
const MEXICAN_PREFIX = /^\+52(?:01|04[45])(?=\d{10}$)/;
/** A mobile number of Argentina with both of its marks, the 9 for abroad and the 15 behind the area. */
const ARGENTINIAN_TWICE = /^\+549(?=\d{12}$)/;
/** Text that a spreadsheet kept from being read as a number. */
const TEXT_MARK = /^['’‘`]/u;
const INVISIBLE = /\p{Cf}|\p{Cc}/gu;
const DASHES = /[‐‑‒–—―−﹣－]/gu;
const EXPONENT = /^(\d)(?:[.,](\d+))?e\+?(\d{1,2})$/i;
const FLOAT = /^(\d{7,})[.,]0{1,2}$/;
/** E.164 allows 15 digits; the trunk or exit code in front may add a few. */
const MAX_DIGITS = 15;
/** Tokelau's. */
const MIN_DIGITS = 4;
const MOBILE = new Set<string | undefined>(['MOBILE', 'FIXED_LINE_OR_MOBILE']);

const regionNames = new Intl.DisplayNames(['en'], { type: 'region' });

/** True for an ISO 3166 alpha-2 code that has a numbering plan; case does not matter. */
export function isPhoneCountry(code: string): boolean {
  return isSupportedCountry(code.toUpperCase());
}

/**
 * Brings a phone number as people and spreadsheets write it to E.164. National numbers need `defaultCountry` (ISO 3166
 * alpha-2). A number without a plus sign that is no valid number of the default country is taken as international when
 * it is valid as such. The reason of a failure is plain text for the caller.
 */
export function normalisePhone(input: string, defaultCountry?: string): PhoneOutcome {
  const country = defaultCountry?.toUpperCase();
  if (country !== undefined && !isSupportedCountry(country)) {
    return refuse(`"${defaultCountry}" is not a country code; use two letters such as BR`);
  }
  const written = tidy(input);
  if (written === '') return refuse('the phone number is empty');

  const exponent = EXPONENT.exec(written);
  if (exponent) return fromExponent(exponent, country);

  const text = FLOAT.exec(written)?.[1] ?? written;
  const error = characterError(text);
  if (error) return refuse(error);
  return fromDigits(text, country);
}

function refuse(reason: string): PhoneOutcome {
  return { ok: false, reason };
}

/** ASCII digits and plain punctuation, without the decoration of links, ids and spreadsheets. */
function tidy(input: string): string {
  return input
    .normalize('NFKC')
    .replace(/[\t\r\n]+/g, ' ')
    .replace(INVISIBLE, '')
    .replace(/[٠-٩]/gu, (digit) => String((digit.codePointAt(0) ?? 0) - 0x660))
    .replace(/[۰-۹]/gu, (digit) => String((digit.codePointAt(0) ?? 0) - 0x6f0))
    .replace(DASHES, '-')
    .trim()
    .replace(TEXT_MARK, '')
    .replace(SCHEME, '')
    .replace(WHATSAPP_ID, '+$1')
    .trim();
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

function characterError(text: string): string | undefined {
  if (/\p{L}/u.test(text)) return 'the phone number contains letters';
  const stray = /[^\d\s+().\-/]/u.exec(text);
  if (stray) return `the phone number contains "${stray[0]}"`;
  if (text.lastIndexOf('+') > text.search(/[\d+]/)) return 'the cell holds more than one phone number';
  const digits = text.replace(/\D/g, '').replace(/^00/, '');
  if (digits.length === 0) return 'the phone number has no digits';
  if (digits.length < MIN_DIGITS) return `the phone number is too short (${digits.length} digits)`;
  if (digits.length > MAX_DIGITS + 3) return `the phone number is too long (${digits.length} digits)`;
  return undefined;
}

function fromDigits(text: string, country?: CountryCode): PhoneOutcome {
  const digits = text.replace(/\D/g, '');
  if (text.includes('+')) return fromInternational(`+${digits}`, text.replace(/[^\d+()]/g, ''));
  if (digits.startsWith('00')) return fromInternational(`+${digits.slice(2)}`);

  const national = country && parsePhoneNumberFromString(digits, country);
  const international = parsePhoneNumberFromString(`+${digits}`);
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
  const outcome =
    accept(parsePhoneNumberFromString(plusDigits)) ??
    accept(parsePhoneNumberFromString(withTrunk.replace('(0)', ''))) ??
    acceptOld(parsePhoneNumberFromString(plusDigits));
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

function numberError(text: string, country?: CountryCode): string {
  const parsed = parsePhoneNumberFromString(text, country);
  const region = parsed?.country ?? country ?? parsed?.getPossibleCountries()[0];
  const where = region
    ? `${regionNames.of(region) ?? region} (+${getCountryCallingCode(region)})`
    : undefined;
  const error = validatePhoneNumberLength(text, country);
  if (error === 'INVALID_COUNTRY') return 'its country code does not exist';
  const what = where ? ` for ${where}` : '';
  if (error === 'TOO_SHORT') return `the phone number is too short${what}`;
  if (error === 'TOO_LONG') return `the phone number is too long${what}`;
  return where ? `there is no such phone number in ${where}` : 'there is no such phone number';
}

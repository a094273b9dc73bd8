import {
  getCountryCallingCode,
  parsePhoneNumberFromString,
  validatePhoneNumberLength,
  type CountryCode,
} from 'libphonenumber-js/max';
import { digitsOf } from './phone-text.js';

/** E.164 allows 15 digits; the trunk or exit code in front may add a few. */
const MAX_DIGITS = 15;
/** Tokelau's. */
const MIN_DIGITS = 4;

const regionNames = new Intl.DisplayNames(['en'], { type: 'region' });

/** Why these characters cannot be one number, if they cannot. */
export function characterError(text: string): string | undefined {
  if (/\p{L}/u.test(text)) return 'the phone number contains letters';
  const stray = /[^\d\s+().\-/]/u.exec(text);
  if (stray) return `the phone number contains ${stray[0] === '"' ? 'a quotation mark' : `"${stray[0]}"`}`;
  const digits = digitsOf(text).replace(/^00/, '');
  if (digits.length === 0) return 'the phone number has no digits';
  if (digits.length < MIN_DIGITS) return `the phone number is too short (${digits.length} digits)`;
  if (digits.length > MAX_DIGITS + 3) return `the phone number is too long (${digits.length} digits)`;
  return undefined;
}

/** Why a number of its country, in national form or with a plus sign, does not exist. */
export function numberError(text: string, country?: CountryCode): string {
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

/** Digits that stand beside a whole number: another extension, the last digits of another number, or a slip. */
export function tailError(tail: string): string {
  return `"${tail.slice(0, 20)}" stands beside a whole number and is too short to be one; write one whole number`;
}

import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { isOfCallingCode } from '../../../../lib/phone-country.js';
import { digitsOf, isInternational, partsOf, plainText } from '../../../../lib/phone-text.js';
import type { PhoneOutcome } from '../../../../lib/phone.js';
import { isNoAnswer } from './truth.js';

/** A cell that holds the area code of the number in another one. */
export interface AreaCell {
  text: string;
  title: string;
  /** True where the column surely belongs to that of the number; otherwise only to numbers that need one. */
  isBeside: boolean;
}

interface Reading {
  /** Reads a number as any other of the row. */
  read: (text: string) => PhoneOutcome;
  /** ISO 3166 alpha-2. */
  country: string | undefined;
}

/** `11`, `(011)`, `0xx11`, `11.0`. */
const AREA = /^\(? ?(?:0?xx)?(\d{1,6})(?:[.,]0)? ?\)?$/i;
const MOBILE = new Set<string | undefined>(['MOBILE', 'FIXED_LINE_OR_MOBILE']);

/**
 * The number of a row whose area code stands in a column of its own. A number that already has its area stays as it is;
 * where the two cells do not fit, or could mean two numbers, the reason names the column of the area.
 */
export function phoneWithArea(cell: string, area: AreaCell, reading: Reading): PhoneOutcome {
  const text = plainText(area.text);
  if (isInternational(cell)) return reading.read(cell);
  if (text === '' || isNoAnswer(text)) return withoutArea(reading.read(cell), area);
  const outcomes = partsOf(plainText(cell)).map((part) => joined(part, text, area, reading));
  const first = outcomes.find(({ ok }) => ok) ?? outcomes[0];
  return first ?? reading.read(cell);
}

function withoutArea(outcome: PhoneOutcome, { title }: AreaCell): PhoneOutcome {
  return outcome.ok
    ? outcome
    : { ok: false, reason: `${outcome.reason}; the cell "${title}" gives no area code` };
}

function joined(part: string, areaText: string, area: AreaCell, { read, country }: Reading): PhoneOutcome {
  const refuse = (why: string): PhoneOutcome => ({
    ok: false,
    reason: `the number does not go with the area code in the cell "${area.title}": ${why}`,
  });
  if (isInternational(part)) return read(part);
  if (isInternational(areaText)) return read(`${areaText} ${part}`);
  const whole = read(part);
  if (country === undefined) return whole.ok ? whole : refuse('give a default country, such as BR');
  const code = AREA.exec(areaText)?.[1];
  if (code === undefined) return refuse('it is none; write the whole number into one cell');

  const isNumber = (outcome: PhoneOutcome) => outcome.ok && isOfCallingCode(outcome.phone, country);
  const isIn = (outcome: PhoneOutcome) => isNumber(outcome) && isOfArea(outcome, code);
  const together = [`${code} ${part}`, `0${code} ${part}`].map(read).find(isIn);
  if (isIn(whole)) {
    return together === undefined || startsWithTrunk(part)
      ? whole
      : refuse('it may be with or without it; write the whole number into one cell');
  }
  if (!isNumber(whole)) {
    return together ?? refuse('there is no such number; write the whole number into one cell');
  }
  if (!area.isBeside) return whole;
  const isOther = together === undefined || startsWithTrunk(part) || (isMobile(whole) && !isMobile(together));
  return isOther ? refuse('it has another one; write the whole number into one cell') : together;
}

/** Behind what some countries put in front of the area of a mobile number: `+54 9 11 ...`, `+52 1 55 ...`. */
function isOfArea(outcome: PhoneOutcome, code: string): boolean {
  const national = outcome.ok ? parsePhoneNumberFromString(outcome.phone)?.nationalNumber : undefined;
  const area = code.replace(/^0+/, '');
  if (national === undefined || area === '') return false;
  return national.startsWith(area) || national.replace(/^[019]/, '').startsWith(area);
}

function startsWithTrunk(part: string): boolean {
  return digitsOf(part).startsWith('0');
}

function isMobile(outcome: PhoneOutcome): boolean {
  return outcome.ok && MOBILE.has(parsePhoneNumberFromString(outcome.phone)?.getType());
}

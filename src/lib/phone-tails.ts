import { parsePhoneNumberFromString, type PhoneNumber } from 'libphonenumber-js/max';
import { pieceTailOf, tailOf, type Tail } from './phone-parts.js';
import { digitsOf, WHOLE_DIGITS } from './phone-text.js';

const MOBILE: ReadonlySet<string | undefined> = new Set<string | undefined>([
  'MOBILE',
  'FIXED_LINE_OR_MOBILE',
]);
/** Digits behind the country code that a whole mobile number has; fewer may be a part of one. */
const WHOLE_NATIONAL = 9;
/** Digits of the last group where numbers are written as Brazil and North America write them. */
const LAST_GROUP = 4;
/** A number without its area has no more digits. */
const MAX_LOCAL_DIGITS = 9;

/**
 * Last digits that stand behind a number that is whole without them, which must not make it the number of a stranger:
 * `98765 43210 11` is no number of Iran, `0664 123456-57` no longer one of Austria. `read` reads a part of the text by the
 * same rules, as E.164; undefined when it is no number. Numbers of landlines may end in an extension that is dialled, such
 * as `030 123456-0`, unless it stands in brackets.
 */
export function looseTail(
  text: string,
  whole: string,
  read: (part: string) => string | undefined,
): string | undefined {
  const numberOf = (part: string) => parsePhoneNumberFromString(read(part) ?? '');
  const behindPiece = pieceTailOf(text);
  const longPiece = behindPiece && numberOf(behindPiece.number);
  if (longPiece && isMobile(longPiece) && longPiece.nationalNumber.length >= WHOLE_NATIONAL) {
    return behindPiece.tail;
  }
  const apart = tailOf(text);
  if (!apart) return undefined;
  const shorter = numberOf(apart.number);
  const number = parsePhoneNumberFromString(whole);
  if (!number) return undefined;
  const isLoose = shorter ? isBehindNumber(apart, shorter, number) : isBehindLocal(apart, number);
  return isLoose ? apart.tail : undefined;
}

function isBehindNumber(apart: Tail, shorter: PhoneNumber, whole: PhoneNumber): boolean {
  if (apart.inBrackets) return true;
  const [before = '', last = ''] = piecesOf(apart.number).slice(-2);
  const isShort = apart.tail.length < (last || before).length;
  const isUsual = isWrittenAsUsual(apart.number, shorter);
  if (shorter.country !== whole.country) {
    return apart.isApart || isMobile(shorter) || isShort || isUsual;
  }
  if (!isMobile(shorter)) return false;
  if (apart.isApart) return true;
  // `812 345 678 90` goes on as it began.
  const isEnded = isUsual && before.length !== last.length;
  return isShort && isEnded && shorter.nationalNumber.length >= WHOLE_NATIONAL;
}

/** `3333-4444-12` in Brazil: a number without its area, and a tail; not a number of the area 33. */
function isBehindLocal({ number, tail, isApart }: Tail, whole: PhoneNumber): boolean {
  const digits = digitsOf(number);
  if (/[+(]/.test(number) || digits.startsWith('0')) return false;
  if (digits.length < WHOLE_DIGITS || digits.length > MAX_LOCAL_DIGITS) return false;
  const usual = piecesOf(whole.formatNational()).at(-1)?.length;
  if (usual !== LAST_GROUP || piecesOf(number).at(-1)?.length !== LAST_GROUP) return false;
  return isApart || tail.length < LAST_GROUP - 1 || number.includes('-');
}

function isMobile(number: PhoneNumber): boolean {
  return MOBILE.has(number.getType());
}

/** True where the last two pieces of what is written are those in which the country writes such a number. */
function isWrittenAsUsual(written: string, number: PhoneNumber): boolean {
  const ending = (text: string) => piecesOf(text).slice(-2).join(' ');
  return piecesOf(written).length > 1 && ending(written) === ending(number.formatNational());
}

function piecesOf(text: string): string[] {
  return text.match(/\d+/g) ?? [];
}

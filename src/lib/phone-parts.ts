import { digitsOf, WHOLE_DIGITS } from './phone-text.js';

/** More digits are no number: exit code, country code and the longest number. */
const MAX_DIGITS = 18;
/** Of a part behind a slash or a bracket that only says how another number ends: `98765 43210/11`. */
const MAX_TAIL_DIGITS = 3;
/** As many digits in one piece are all of a number behind its area: it is not divided any further. */
const WHOLE_PIECE = 6;
/** The last digits of a number that stand apart from it, and what is between. */
const TAIL = /^(.*\d)([\s().-]{1,9})(\d{1,3})\)?$/;

/**
 * A slash is punctuation (`0664/123456`) until what stands before it is a whole number: then it divides numbers
 * (`11 98765-4321/98765-4322`), or a number from its tail (`98765 43210/11`).
 */
export function slashParts(text: string, isNumber: (part: string) => boolean): string[] {
  if (!text.includes('/')) return [text];
  const parts: string[] = [];
  let whole = '';
  for (const next of text.split('/')) {
    const joined = whole === '' ? next : `${whole}/${next}`;
    if (whole !== '' && endsBefore(whole, next, isNumber)) {
      parts.push(whole);
      whole = next;
    } else whole = joined;
  }
  return [...parts, whole].map((part) => part.trim()).filter((part) => part !== '');
}

function endsBefore(whole: string, next: string, isNumber: (part: string) => boolean): boolean {
  if (isNumber(whole)) return true;
  const digits = digitsOf(whole).length;
  if (digits < WHOLE_DIGITS) return false;
  const more = digitsOf(next).length;
  return more <= MAX_TAIL_DIGITS || digits + more > MAX_DIGITS;
}

/** Numbers with nothing but blanks or a dash between them; known by there being too many digits for one. */
export function spacedParts(text: string): string[] {
  if (digitsOf(text).length <= MAX_DIGITS) return [text];
  for (const between of [/ +- +| {2,}/, / +/]) {
    const parts = text.split(between);
    if (parts.length > 1 && parts.every((part) => digitsOf(part).length >= WHOLE_DIGITS)) return parts;
  }
  return [text];
}

export interface Tail {
  /** What stands before the tail. */
  number: string;
  tail: string;
  /** True where no one divides a number itself: `98765 43210 (11)`, `98765 43210 - 11`. */
  isApart: boolean;
  inBrackets: boolean;
}

/** Up to three last digits with something between them and a whole number. */
export function tailOf(text: string): Tail | undefined {
  const [, number = '', between = '', tail = ''] = TAIL.exec(text) ?? [];
  if (digitsOf(number).length < WHOLE_DIGITS) return undefined;
  const inBrackets = between.includes('(');
  // ` - ` between all pieces is how somebody writes numbers.
  const isApart = inBrackets || (/\s-\s/.test(between) && !/\d\s+-\s+\d/.test(number));
  return { number, tail, isApart, inBrackets };
}

/**
 * A long piece and behind it only short ones: `0664 123456-57`, `0664 123456 57 58`. Where it is written in pieces at
 * all, a number has none as long in front of one as short.
 */
export function pieceTailOf(text: string): Pick<Tail, 'number' | 'tail'> | undefined {
  const pieces = [...text.matchAll(/\d+/g)];
  const whole = pieces.findLast(([digits]) => digits.length >= WHOLE_PIECE);
  if (!whole) return undefined;
  const end = whole.index + whole[0].length;
  const others = pieces.filter(({ index }) => index >= end);
  if (others.length === 0 || others.some(([digits]) => digits.length > MAX_TAIL_DIGITS)) return undefined;
  return { number: text.slice(0, end), tail: text.slice(end).replace(/^\D+/, '') };
}

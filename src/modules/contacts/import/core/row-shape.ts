import { accountOf, EXPONENT, partsOf, plainText, withoutLabel } from '../../../../lib/phone-text.js';
import { cutPlainly, RecordScanner } from './csv-record.js';

/** What the rows of a file have in common: by it a row is known that an open quote has taken into a cell. */
export interface RowShape {
  /** Cells of a row. */
  width: number;
  /** The column that holds numbers long enough for a phone, from 0. */
  phone: number;
  /** Digits of the numbers in it, as usual. */
  digits: number;
}

/** Digits and what people write between them, with what exports put around: `p:+55...`, `="+55..."`, `...@c.us`. */
const PHONE_LIKE =
  /^[\s'"=]{0,8}(?:[a-z]{1,8}:)?[\p{Nd}\p{Pd}\p{Cf}+()./ \u00a0]{7,40}(?:@[a-z.]{1,20})?[\s'"]{0,8}$/iu;
const MIN_DIGITS = 7;
const MAX_CELL = 200;
const DIGIT = /\p{Nd}/gu;
/** How many digits fewer than usual a number may have: a postcode is no phone number. */
const FEWER_DIGITS = 3;

export function isPhoneLike(cell: string): boolean {
  return phoneDigits(cell) > 0;
}

/**
 * How many digits the phone number in a cell has, the first where there are several; 0 when the cell holds anything else.
 * A number counts in every form in which a row may have it: with a label, as a link or an id, several of them.
 */
export function phoneDigits(cell: string): number {
  if (cell.length > MAX_CELL) return 0;
  if (PHONE_LIKE.test(cell)) return enough(digitsIn(cell));
  if (digitsIn(cell) < MIN_DIGITS && !EXPONENT.test(cell.trim())) return 0;
  const parts = partsOf(plainText(cell)).map(digitsOfPart);
  // Commas and semicolons between numbers stand in one cell; between numbers and words they may divide cells.
  return parts.every((digits) => digits >= MIN_DIGITS) ? (parts[0] ?? 0) : 0;
}

function digitsOfPart(part: string): number {
  const account = accountOf(part);
  if (account) return 'digits' in account ? account.digits.length : 0;
  const exponent = EXPONENT.exec(part)?.[3];
  if (exponent !== undefined) return Number(exponent) + 1;
  const number = withoutLabel(part);
  return PHONE_LIKE.test(number) ? digitsIn(number) : 0;
}

function digitsIn(text: string): number {
  return text.match(DIGIT)?.length ?? 0;
}

function enough(digits: number): number {
  return digits < MIN_DIGITS ? 0 : digits;
}

/**
 * Could this line be a row of the file by itself, by its quotes or in spite of them? `loosely`, also one whose number is
 * shorter than usual or stands in another column, or that lacks its last cells.
 */
export function looksLikeRow(line: string, shape: RowShape, delimiter: string, loosely = false): boolean {
  return [cellsOfLine(line, delimiter), cutPlainly(line, delimiter)].some((cells) => {
    const usual = shape.digits - FEWER_DIGITS;
    const digits = phoneDigits(cells[shape.phone] ?? '');
    if (cells.length === shape.width) {
      const has = digits > 0 && (loosely || digits >= usual);
      return has || (loosely && cells.some((cell) => phoneDigits(cell) >= Math.max(usual, MIN_DIGITS)));
    }
    return loosely && cells.length > 1 && cells.length < shape.width && digits >= Math.max(usual, MIN_DIGITS);
  });
}

function cellsOfLine(line: string, delimiter: string): string[] {
  if (!line.includes('"')) return cutPlainly(line, delimiter);
  const scanner = new RecordScanner(delimiter, false);
  return scanner.feed(line) === 'complete' ? scanner.cells : cutPlainly(line, delimiter);
}

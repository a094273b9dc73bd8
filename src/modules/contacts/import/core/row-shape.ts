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
/** How many digits fewer than usual a number may have: a postcode is no phone number. */
const FEWER_DIGITS = 3;

export function isPhoneLike(cell: string): boolean {
  return phoneDigits(cell) > 0;
}

/** How many digits the phone number in a cell has; 0 when it holds none. */
export function phoneDigits(cell: string): number {
  // Address books put several numbers into a cell.
  const [first = ''] = cell.length > 200 ? [] : cell.split(':::');
  if (!PHONE_LIKE.test(first)) return 0;
  const digits = first.match(/\p{Nd}/gu)?.length ?? 0;
  return digits < MIN_DIGITS ? 0 : digits;
}

/** Could this line be a row of the file by itself, by its quotes or in spite of them? */
export function looksLikeRow(line: string, shape: RowShape, delimiter: string): boolean {
  return [cellsOfLine(line, delimiter), cutPlainly(line, delimiter)].some((cells) => {
    const digits = phoneDigits(cells[shape.phone] ?? '');
    return cells.length === shape.width && digits > 0 && digits >= shape.digits - FEWER_DIGITS;
  });
}

function cellsOfLine(line: string, delimiter: string): string[] {
  if (!line.includes('"')) return cutPlainly(line, delimiter);
  const scanner = new RecordScanner(delimiter, false);
  return scanner.feed(line) === 'complete' ? scanner.cells : cutPlainly(line, delimiter);
}

import { cutPlainly } from './csv-record.js';
import { CsvRows, type CsvRow } from './csv-rows.js';
import { phoneDigits, type RowShape } from './row-shape.js';

/** What more a width is worth that is the first line's. */
const FIRST_LINE_WEIGHT = 2;

/** The first rows of a file as its quotes say, without what is known of the others; empty ones are left out. */
export function sampleRows(lines: readonly string[], delimiter: string, most = lines.length): CsvRow[] {
  const reader = new CsvRows({ delimiter, firstLine: 1, maxLength: Number.POSITIVE_INFINITY });
  const rows: CsvRow[] = [];
  const add = (more: CsvRow[]) => rows.push(...more.filter(({ cells }) => cells.some((cell) => cell !== '')));
  for (const line of lines) {
    add(reader.push({ text: line, end: '\n' }));
    if (rows.length >= most) return rows.slice(0, most);
  }
  add(reader.end());
  return rows;
}

/**
 * The shape most rows with a number have. The rows that the quotes make count twice, and every line once as it is: that
 * is right where stray quotes take lines into cells, however many there are. Undefined when no row holds a number.
 */
export function shapeOf(lines: readonly string[], delimiter: string): RowShape | undefined {
  const quoted = sampleRows(lines, delimiter).flatMap(({ cells, error }) => (error ? [] : [cells]));
  const cut = lines.map((line) => cutPlainly(line, delimiter));
  const first = cut.find((cells) => cells.some((cell) => cell !== ''));
  return usualShape([...quoted, ...quoted, ...cut], first?.length ?? 0);
}

function usualShape(rows: readonly (readonly string[])[], firstWidth: number): RowShape | undefined {
  let best: { shape: RowShape; score: number } | undefined;
  for (const [width, columns] of phonesByWidth(rows)) {
    const found = columns.map((digits, phone) => ({ phone, count: digits.length, digits: median(digits) }));
    // Of two columns the longer numbers are the phones: a postcode is as frequent.
    const [top] = found.toSorted((a, b) => b.count - a.count || b.digits - a.digits);
    if (!top) continue;
    const score = top.count * (width === firstWidth ? FIRST_LINE_WEIGHT : 1);
    if (!best || score > best.score) best = { shape: { width, phone: top.phone, digits: top.digits }, score };
  }
  return best?.shape;
}

/** Per width of a row, and per column: the digits of the numbers found there. */
function phonesByWidth(rows: readonly (readonly string[])[]): Map<number, number[][]> {
  const found = new Map<number, number[][]>();
  for (const cells of rows) {
    const digits = cells.map(phoneDigits);
    if (digits.every((count) => count === 0)) continue;
    const columns = found.get(digits.length) ?? digits.map(() => []);
    digits.forEach((count, index) => {
      if (count > 0) columns[index]?.push(count);
    });
    found.set(digits.length, columns);
  }
  return found;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

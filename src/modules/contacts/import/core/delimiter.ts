import type { CsvRow } from './csv-rows.js';
import { isPhoneLike } from './row-shape.js';
import { sampleRows } from './sample.js';

export const delimiters = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

const SAMPLE_ROWS = 50;

/** How much more a delimiter is worth that cuts out a column of phone numbers, or cuts the first row as most others. */
const PHONES_WEIGHT = 10;
const FIRST_ROW_WEIGHT = 10;

/** `sep=;`, also in quotes, and with the empty cells a spreadsheet adds when it saves such a file again. */
const DECLARATION = /^[ \t]{0,8}"?sep ?= ?(\\t|[^\p{L}\p{N}"])?"?[ \t",;|]{0,1000}$/iu;

/**
 * What a first line `sep=;` says; undefined when the first line is no such line. Spreadsheets write and read it, and it
 * is no data. The delimiter is undefined when the line names none that cuts the next one: saved again by a program with
 * another list separator, it may name one that the file no longer has.
 */
export function declaredDelimiter(lines: readonly string[]): { delimiter: string | undefined } | undefined {
  const match = DECLARATION.exec(lines[0] ?? '');
  if (!match) return undefined;
  const delimiter = match[1] === '\\t' ? '\t' : match[1];
  const next = lines.slice(1).find((line) => line.trim() !== '') ?? '';
  const cuts = delimiter !== undefined && next.includes(delimiter);
  return { delimiter: cuts ? delimiter : undefined };
}

/**
 * The delimiter that cuts the sample's rows most evenly; more columns win among equals. One that cuts out phone numbers,
 * and cuts the titles as it cuts the rows, goes before all others: commas in addresses may be even, too. Delimiters and
 * line breaks inside quotes do not count. A file of one column has none, and the comma does no harm there.
 */
export function detectDelimiter(lines: readonly string[]): Delimiter {
  let best: { delimiter: Delimiter; score: number } = { delimiter: ',', score: 0 };
  for (const delimiter of delimiters) {
    const score = scoreOf(sampleRows(lines, delimiter, SAMPLE_ROWS));
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

/** The share of rows with the usual number of columns, times that number; nothing for a single column. */
function scoreOf(rows: readonly CsvRow[]): number {
  const frequency = new Map<number, number>();
  for (const { cells } of rows) frequency.set(cells.length, (frequency.get(cells.length) ?? 0) + 1);
  let evenness = 0;
  let usual = 0;
  for (const [columns, count] of frequency) {
    if (columns < 2) continue;
    const share = count / rows.length;
    // The square: half the rows with eight columns are worth less than all of them with three.
    const value = share * share * columns;
    if (value > evenness) [evenness, usual] = [value, columns];
  }
  const cut = rows.filter(({ cells }) => cells.length > 1);
  const withPhone = cut.filter(({ cells }) => cells.some(isPhoneLike)).length;
  const cutsPhones = withPhone > 0 && withPhone * 2 >= rows.length - 1;
  const cutsFirst = rows[0]?.cells.length === usual;
  return evenness * (cutsPhones ? PHONES_WEIGHT : 1) * (cutsFirst ? FIRST_ROW_WEIGHT : 1);
}

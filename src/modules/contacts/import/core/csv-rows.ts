import { cutPlainly, RecordScanner, type RecordProgress } from './csv-record.js';
import { looksLikeRow, type RowShape } from './row-shape.js';

/** One row of a csv file. `error` says why its line is not csv; its cells are then cut at every delimiter. */
export interface CsvRow {
  /** The line it starts at, from 1. */
  line: number;
  cells: string[];
  error?: string;
}

export interface CsvRowOptions {
  delimiter: string;
  /** The number of the first line that is pushed. */
  firstLine: number;
  /** What a row of the file looks like, when that is known. */
  shape?: RowShape;
  /** Characters of one record; a quoted cell that is longer counts as not closed. */
  maxLength: number;
}

/** How the errors of lines begin that are not csv. */
export const NOT_CSV = 'the line is not csv: ';
const OPEN = `${NOT_CSV}a quote opens in it that is not closed; close the quote or remove it`;
const TEXT_BEHIND = `${NOT_CSV}text follows a closing quote; write a quote inside a quoted cell twice ("")`;

/** A line of the file; `end` is what stood behind it. */
export interface TextLine {
  text: string;
  end: string;
}

/**
 * Characters that are read again for each one that was read, and those that may be for nothing. A file whose quotes cost
 * more is made for it, such as line after line that closes one quote and opens another.
 */
const READ_AGAIN = 4;
const READ_AGAIN_FREE = 8_000_000;

/** A record whose end has not come: its lines, and how each way to read quotes goes. */
interface Candidate {
  lines: TextLine[];
  length: number;
  /** The line that opens the quote is a row of the file without it. */
  firstIsRow: boolean;
  readings: { scanner: RecordScanner; progress: RecordProgress }[];
}

/**
 * Makes rows of lines. A quoted cell may hold line breaks; a quote that is never closed, or closed in a place where no
 * cell ends, or whose cell would take rows of the file into it, spoils its own line only: reading goes on with the next
 * one. For that the lines a quote took in are read again, which csv libraries do not do: this reads csv by itself.
 * Every line is part of one row. Memory is bounded by the length of a record. The time is linear: where lines would be
 * read again too often, a quote that is open at the end of its line counts as not closed from then on.
 */
export class CsvRows {
  private candidate: Candidate | undefined;
  private line: number;
  private readonly rows: CsvRow[] = [];
  /** Characters that may still be read again. */
  private again = READ_AGAIN_FREE;

  constructor(private readonly options: CsvRowOptions) {
    this.line = options.firstLine;
  }

  /** Takes the next line; returns the rows that are complete. */
  push(line: TextLine): CsvRow[] {
    this.again += READ_AGAIN * line.text.length;
    this.take(line);
    return this.rows.splice(0);
  }

  /** The rows that are left once there are no more lines. */
  end(): CsvRow[] {
    while (this.candidate) for (const line of this.giveUp(this.candidate, OPEN)) this.take(line);
    return this.rows.splice(0);
  }

  private take(line: TextLine): void {
    // The lines behind one that was given up are read again, each from its beginning.
    const waiting = [line];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const again = this.candidate ? this.goOn(this.candidate, next) : this.begin(next);
      for (const left of again.toReversed()) waiting.push(left);
    }
  }

  private begin(line: TextLine): readonly TextLine[] {
    const { delimiter, shape } = this.options;
    const { text } = line;
    if (!text.includes('"')) {
      this.emit(cutPlainly(text, delimiter), 1);
      return [];
    }
    const candidate: Candidate = { lines: [], length: 0, firstIsRow: false, readings: [] };
    for (const backslash of [false, true]) {
      if (backslash && !text.includes('\\"')) continue;
      candidate.readings.push({ scanner: new RecordScanner(delimiter, backslash), progress: 'open' });
    }
    candidate.firstIsRow = shape !== undefined && looksLikeRow(text, shape, delimiter);
    return this.goOn(candidate, line);
  }

  /** Feeds the next line of a record. Returns lines to read again. */
  private goOn(candidate: Candidate, line: TextLine): readonly TextLine[] {
    const endBefore = candidate.lines.at(-1)?.end;
    candidate.lines.push(line);
    candidate.length += line.text.length + 1;
    for (const reading of candidate.readings) {
      if (reading.progress === 'open') reading.progress = reading.scanner.feed(line.text, endBefore);
    }
    const complete = candidate.readings.find(({ progress }) => progress === 'complete');
    if (this.takesRowsIn(candidate, line.text, complete?.scanner.cells.length))
      return this.giveUp(candidate, OPEN);
    if (complete) {
      this.candidate = undefined;
      this.emit(complete.scanner.cells, candidate.lines.length);
      return [];
    }
    const open = candidate.readings.some(({ progress }) => progress === 'open');
    if (open && candidate.length <= Math.min(this.options.maxLength, this.again)) {
      this.candidate = candidate;
      return [];
    }
    return this.giveUp(candidate, candidate.lines.length === 1 && !open ? TEXT_BEHIND : OPEN);
  }

  /**
   * A line with as many cells as a row and a number where rows have it is a row. The line that closes the quote may be
   * like one by right, as it has the record's other cells: not when the record comes out too short or too long, nor
   * when the line that opens the quote has those cells itself. `cells` of the record, when this line closes it.
   */
  private takesRowsIn(candidate: Candidate, line: string, cells: number | undefined): boolean {
    const { shape, delimiter } = this.options;
    if (!shape || candidate.lines.length === 1 || !looksLikeRow(line, shape, delimiter)) return false;
    return cells === undefined || cells !== shape.width || candidate.firstIsRow;
  }

  /** Rejects the first line of a record. Returns the others, which are rows of their own. */
  private giveUp(candidate: Candidate, error: string): readonly TextLine[] {
    this.candidate = undefined;
    const [first, ...others] = candidate.lines;
    const text = first?.text ?? '';
    this.again -= candidate.length - text.length - 1;
    this.emit(cutPlainly(text, this.options.delimiter), 1, error);
    return others;
  }

  private emit(cells: string[], lines: number, error?: string): void {
    this.rows.push(error === undefined ? { line: this.line, cells } : { line: this.line, cells, error });
    this.line += lines;
  }
}

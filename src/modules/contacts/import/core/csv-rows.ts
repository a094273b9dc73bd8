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

/** Lines of a cell that holds a number in each, where no other cell stands in front of it. */
const MAX_NUMBERS = 10;

/** A record whose end has not come: its lines, and how each way to read quotes goes. */
interface Candidate {
  lines: TextLine[];
  length: number;
  /** The line that opens the quote is a row of the file without it; or it has at least as many cells. */
  firstIsRow: boolean;
  firstIsFull: boolean;
  /** All cells in front of the one that is open are quoted. */
  opensQuoted: boolean;
  /** The first cell is the one that is open. */
  opensFirst: boolean;
  /** The number of a record would be that of the line that closes the quote. */
  isBeforePhone: boolean;
  /** Lines were taken in that are rows of the file by themselves. */
  takesRows: boolean;
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
    const candidate: Candidate = {
      lines: [],
      length: 0,
      firstIsRow: shape !== undefined && looksLikeRow(text, shape, delimiter),
      firstIsFull: shape !== undefined && cutPlainly(text, delimiter).length === shape.width,
      opensQuoted: false,
      opensFirst: false,
      isBeforePhone: false,
      takesRows: false,
      readings: [],
    };
    for (const backslash of [false, true]) {
      if (backslash && !text.includes('\\"')) continue;
      candidate.readings.push({ scanner: new RecordScanner(delimiter, backslash), progress: 'open' });
    }
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
    if (candidate.lines.length === 1) this.noteOpening(candidate);
    const complete = candidate.readings.find(({ progress }) => progress === 'complete');
    if (this.takesRowsIn(candidate, line.text, complete?.scanner)) return this.giveUp(candidate, OPEN);
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

  private noteOpening(candidate: Candidate): void {
    const { shape } = this.options;
    const open = candidate.readings.find(({ progress }) => progress === 'open')?.scanner;
    if (!shape || !open) return;
    candidate.opensQuoted = open.quotesAll;
    candidate.opensFirst = open.cells.length === 0;
    candidate.isBeforePhone = open.cells.length <= shape.phone;
  }

  /**
   * Whether a quote takes rows of the file into its cell. A line with as many cells as a row and a number where rows have
   * it is a row. The line that closes the quote may be like one by right, as it has the record's other cells: not when
   * the record comes out too short or too long, nor when the line that opens the quote has those cells itself. Where the
   * file quotes every cell, a record that is right in all of them is one, whatever was pasted into it. `record`, when
   * this line closes it.
   */
  private takesRowsIn(candidate: Candidate, line: string, record: RecordScanner | undefined): boolean {
    const { shape, delimiter } = this.options;
    if (!shape || candidate.lines.length === 1) return false;
    // Several numbers below each other, in the first cell: soon another quote closes it.
    const mayBeQuoted =
      candidate.opensQuoted || (candidate.opensFirst && candidate.lines.length <= MAX_NUMBERS);
    const isRow = looksLikeRow(line, shape, delimiter, candidate.isBeforePhone);
    if (!record) {
      candidate.takesRows ||= isRow;
      return candidate.takesRows && !mayBeQuoted;
    }
    const fits = record.cells.length === shape.width;
    if (fits && mayBeQuoted && record.quotesAll) return false;
    if (candidate.takesRows) return true;
    if (isRow && (!fits || candidate.firstIsRow)) return true;
    // The only quote of a record, open in a whole row and closed in another, with or without numbers in them.
    const isOnly = record.quotedCells === 1 && candidate.isBeforePhone && candidate.firstIsFull;
    return isOnly && shape.width > 2 && cutPlainly(line, delimiter).length === shape.width;
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

/** What a line did to a record: ended it, left a quoted cell open, or broke the rules of quotes. */
export type RecordProgress = 'complete' | 'open' | 'malformed';

/**
 * Reads one csv record line by line (RFC 4180). Wider than the standard in three ways that change no cell's borders:
 * blanks may stand around a quoted cell, quotes inside an unquoted cell are plain text (`5" pipe`), and with
 * `backslash` a quote inside quotes may be written `\"`. Text behind a closing quote is malformed, as there is no telling
 * where such a cell ends.
 */
export class RecordScanner {
  readonly cells: string[] = [];
  /** How many of the cells stood in quotes. */
  quotedCells = 0;
  /** The cell whose quote is open; undefined between cells. */
  private open: string[] | undefined;

  constructor(
    private readonly delimiter: string,
    private readonly backslash: boolean,
  ) {}

  /** There are cells, and all of them stood in quotes: the file quotes every cell. */
  get quotesAll(): boolean {
    return this.cells.length > 0 && this.quotedCells === this.cells.length;
  }

  /** `endBefore`: what ended the line before, where a cell goes on in this one. */
  feed(line: string, endBefore = '\n'): RecordProgress {
    let at = 0;
    if (this.open) {
      this.open.push(endBefore);
      const end = this.quoted(line, 0);
      if (typeof end === 'string') return end;
      at = end;
    }
    // `at` is behind the line once its last cell was read, and on a cell's first character until then.
    while (at <= line.length) {
      const start = this.skipBlanks(line, at);
      if (line[start] !== '"') {
        at = this.unquoted(line, at);
        continue;
      }
      this.open = [];
      const end = this.quoted(line, start + 1);
      if (typeof end === 'string') return end;
      at = end;
    }
    return 'complete';
  }

  /** Returns where the next cell starts. */
  private unquoted(line: string, at: number): number {
    const found = line.indexOf(this.delimiter, at);
    const end = found < 0 ? line.length : found;
    this.cells.push(line.slice(at, end));
    return end + 1;
  }

  /** The rest of a quoted cell; returns where the next cell starts. */
  private quoted(line: string, from: number): number | 'open' | 'malformed' {
    const parts = this.open ?? [];
    let at = from;
    for (;;) {
      const mark = this.nextMark(line, at);
      if (mark < 0) {
        parts.push(line.slice(at));
        return 'open';
      }
      parts.push(line.slice(at, mark));
      const next = line[mark + 1];
      if (line[mark] === '\\') {
        const escapes = next === '"' || next === '\\';
        parts.push(escapes ? next : '\\');
        at = mark + (escapes ? 2 : 1);
      } else if (next === '"') {
        parts.push('"');
        at = mark + 2;
      } else {
        const end = this.skipBlanks(line, mark + 1);
        if (end < line.length && line[end] !== this.delimiter) return 'malformed';
        this.cells.push(parts.join(''));
        this.quotedCells += 1;
        this.open = undefined;
        return end + 1;
      }
    }
  }

  private nextMark(line: string, from: number): number {
    if (!this.backslash) return line.indexOf('"', from);
    for (let at = from; at < line.length; at += 1) if (line[at] === '"' || line[at] === '\\') return at;
    return -1;
  }

  private skipBlanks(line: string, from: number): number {
    let at = from;
    while (at < line.length && isBlank(line[at]) && line[at] !== this.delimiter) at += 1;
    return at;
  }
}

/** The cells of a line cut at every delimiter, whatever its quotes say. */
export function cutPlainly(line: string, delimiter: string): string[] {
  return line.split(delimiter);
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\u00a0';
}

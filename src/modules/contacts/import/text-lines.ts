import type { TextLine } from './core/csv-rows.js';
import { fileError } from './file-error.js';

const LINE_END = /(\r\n|\n|\r)/;

/**
 * Cuts text into lines that end with `\r\n`, `\n` or a lone `\r`, whatever mixture the file has, also when a chunk ends
 * between the two characters; the lines of a chunk come together, each with its end. A line that does not come to an end
 * refuses the file: memory holds one line and one chunk.
 */
export async function* textLines(
  chunks: AsyncIterable<string>,
  maxLength: number,
): AsyncGenerator<TextLine[]> {
  let open = '';
  let heldReturn = '';
  let lines = 0;
  for await (const chunk of chunks) {
    const text: string = heldReturn + chunk;
    // A return at the end may be the first half of a line end.
    heldReturn = text.endsWith('\r') ? '\r' : '';
    // Lines, and between them their ends.
    const parts = text.slice(0, text.length - heldReturn.length).split(LINE_END);
    parts[0] = open + (parts[0] ?? '');
    open = parts.pop() ?? '';
    const complete: TextLine[] = [];
    for (let at = 0; at < parts.length; at += 2) {
      complete.push({ text: withoutMark(parts[at] ?? ''), end: parts[at + 1] ?? '' });
    }
    lines += complete.length;
    if (complete.length > 0) yield complete;
    if (open.length > maxLength) {
      throw fileError(
        `Row ${lines + 1} does not end: it has more than ${maxLength} characters, or the file is no csv.`,
      );
    }
  }
  if (open !== '' || heldReturn !== '') yield [{ text: withoutMark(open), end: heldReturn }];
}

/** Byte order marks stand where files were joined, or were marked twice: they are no part of a cell. */
function withoutMark(line: string): string {
  return line.startsWith('\uFEFF') ? line.replace(/^\uFEFF+/, '') : line;
}

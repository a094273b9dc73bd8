import { fileError } from './file-error.js';

/**
 * Cuts text into lines that end with `\r\n`, `\n` or a lone `\r`, whatever mixture the file has, also when a chunk ends
 * between the two characters; the lines of a chunk come together. A line that does not come to an end refuses the file:
 * memory holds one line and one chunk.
 */
export async function* textLines(chunks: AsyncIterable<string>, maxLength: number): AsyncGenerator<string[]> {
  let open = '';
  let heldReturn = '';
  let lines = 0;
  for await (const chunk of chunks) {
    const text: string = heldReturn + chunk;
    // A return at the end may be the first half of a line end.
    heldReturn = text.endsWith('\r') ? '\r' : '';
    const parts = text.slice(0, text.length - heldReturn.length).split(/\r\n|\n|\r/);
    parts[0] = open + (parts[0] ?? '');
    open = parts.pop() ?? '';
    lines += parts.length;
    if (parts.length > 0) yield parts.map(withoutMark);
    if (open.length > maxLength) {
      throw fileError(
        `Row ${lines + 1} does not end: it has more than ${maxLength} characters, or the file is no csv.`,
      );
    }
  }
  if (open !== '' || heldReturn !== '') yield [withoutMark(open)];
}

/** Byte order marks stand where files were joined, or were marked twice: they are no part of a cell. */
function withoutMark(line: string): string {
  return line.startsWith('\uFEFF') ? line.replace(/^\uFEFF+/, '') : line;
}

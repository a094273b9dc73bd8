import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { declaredDelimiter, detectDelimiter } from './core/delimiter.js';
import { boundedCells, type SourceRow } from './core/rows.js';
import { decodeChunks, detectEncoding } from './encoding.js';
import type { ImportLimits } from './limits.js';
import { fileError } from './file-error.js';
import type { RowSource } from './row-source.js';

/** Characters looked at to find the delimiter. */
const SAMPLE_LENGTH = 64 * 1024;

/** Opens a csv file of whatever encoding and delimiter. `chunkBytes` is for tests of chunk borders. */
export async function openCsv(
  path: string,
  options: { delimiter?: string; limits: ImportLimits; chunkBytes?: number },
): Promise<RowSource> {
  const [encoding, { size }] = await Promise.all([detectEncoding(path), stat(path)]);
  let bytesRead = 0;
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of createReadStream(path, { highWaterMark: options.chunkBytes ?? 64 * 1024 })) {
      bytesRead += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
  };
  const text = unixLines(decodeChunks(bytes(), encoding));
  return {
    rows: readRows(text, options.delimiter, options.limits),
    progress: () => (size === 0 ? 1 : bytesRead / size),
  };
}

async function* readRows(
  text: AsyncGenerator<string>,
  delimiter: string | undefined,
  limits: ImportLimits,
): AsyncGenerator<SourceRow> {
  const { sample, complete } = await readSample(text);
  const declared = declaredDelimiter(sample);
  const start = declared ? sample.slice(declared.length) : sample;
  const parser = parse({
    delimiter: delimiter ?? declared?.delimiter ?? detectDelimiter(start, complete),
    // Line ends are unified before, so lines can be counted whatever mixture the file has.
    record_delimiter: '\n',
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: false,
    max_record_size: limits.maxCellLength * limits.maxColumns,
  });
  // The parser reports what goes wrong in either stream; the loop below receives it.
  pipeline(Readable.from(joined(start, text)), parser, () => undefined);

  let line = declared ? 2 : 1;
  try {
    for await (const record of parser) {
      const cells = record as string[];
      if (cells.some((cell) => cell.trim() !== '')) {
        yield { line, cells: boundedCells(cells, limits).map(unwrapped) };
      }
      line += 1 + cells.reduce((breaks, cell) => breaks + countBreaks(cell), 0);
    }
  } catch (error) {
    if (error instanceof CsvError) throw fileError(explain(error));
    throw error;
  }
}

async function readSample(text: AsyncGenerator<string>): Promise<{ sample: string; complete: boolean }> {
  let sample = '';
  while (sample.length < SAMPLE_LENGTH) {
    const next = await text.next();
    if (next.done) return { sample, complete: true };
    sample += next.value;
  }
  return { sample, complete: false };
}

async function* joined(start: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (start !== '') yield start;
  yield* rest;
}

/** Turns `\r\n` and a lone `\r` into `\n`, also when a chunk ends between the two. */
async function* unixLines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let heldReturn = false;
  for await (const chunk of chunks) {
    const text: string = heldReturn ? `\r${chunk}` : chunk;
    heldReturn = text.endsWith('\r');
    const whole = (heldReturn ? text.slice(0, -1) : text).replace(/\r\n?/g, '\n');
    if (whole !== '') yield whole;
  }
  if (heldReturn) yield '\n';
}

/** `="0123"` is how exports keep Excel from reading a number: a formula whose value is the text. */
function unwrapped(cell: string): string {
  const formula = cell.startsWith('="') ? /^="((?:[^"]|"")*)"\s*$/.exec(cell) : null;
  return formula?.[1]?.replaceAll('""', '"') ?? cell;
}

function countBreaks(cell: string): number {
  let count = 0;
  for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** `records` counts empty lines too, so it is the line unless cells hold line breaks. */
function explain(error: CsvError): string {
  const row = Number(error['records'] ?? 0) + 1;
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') return `A quote that opens in row ${row} is never closed.`;
  if (error.code === 'CSV_MAX_RECORD_SIZE') {
    return `Row ${row} does not end: a quote may open there that is never closed, or the file is no csv.`;
  }
  return `The csv cannot be read at row ${row}: ${error.message}`;
}

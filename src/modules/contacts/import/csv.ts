import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CsvRows, type CsvRow, type TextLine } from './core/csv-rows.js';
import { declaredDelimiter, detectDelimiter } from './core/delimiter.js';
import { shapeOf } from './core/sample.js';
import { boundedCells } from './core/cells.js';
import type { SourceRow } from './core/rows.js';
import { decodeChunks, detectEncoding, encodingWarnings, type KnownEncoding } from './encoding.js';
import { fileError } from './file-error.js';
import type { ImportLimits } from './limits.js';
import type { RowSource } from './row-source.js';
import { textLines } from './text-lines.js';

/** Characters and lines looked at to find the delimiter and the shape of the rows. */
const SAMPLE_LENGTH = 64 * 1024;
const SAMPLE_LINES = 1_000;

export interface CsvOptions {
  delimiter?: string;
  /** What the caller says; a byte order mark knows better. */
  encoding?: KnownEncoding;
  limits: ImportLimits;
  /** For tests of chunk borders. */
  chunkBytes?: number;
}

/** Opens a csv file of whatever encoding and delimiter. */
export async function openCsv(path: string, options: CsvOptions): Promise<RowSource> {
  const [encoding, { size }] = await Promise.all([detectEncoding(path, options.encoding), stat(path)]);
  let bytesRead = 0;
  let replaced = 0;
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of createReadStream(path, { highWaterMark: options.chunkBytes ?? 64 * 1024 })) {
      bytesRead += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
  };
  const text = async function* (): AsyncGenerator<string> {
    for await (const chunk of decodeChunks(bytes(), encoding.name)) {
      replaced += countReplaced(chunk);
      yield chunk;
    }
  };
  return {
    rows: readRows(text(), options.delimiter, options.limits),
    progress: () => (size === 0 ? 1 : bytesRead / size),
    warnings: () => encodingWarnings(encoding, replaced),
  };
}

async function* readRows(
  text: AsyncIterable<string>,
  givenDelimiter: string | undefined,
  limits: ImportLimits,
): AsyncGenerator<SourceRow> {
  const maxLength = limits.maxCellLength * limits.maxColumns;
  const chunks = textLines(text, maxLength);
  const sample = await readSample(chunks);
  const declared = declaredDelimiter(sample.slice(0, SAMPLE_LINES).map(({ text: line }) => line));
  const lines = declared ? sample.slice(1) : sample;
  const looked = lines.slice(0, SAMPLE_LINES).map(({ text: line }) => line);
  const delimiter = givenDelimiter ?? declared?.delimiter ?? detectDelimiter(looked);
  const rows = new CsvRows({
    delimiter,
    firstLine: declared ? 2 : 1,
    shape: shapeOf(looked, delimiter),
    maxLength,
  });
  let read = 0;
  for await (const some of joined(lines, chunks)) {
    read += some.length;
    if (read > limits.maxLines) {
      throw fileError(`The file has more than ${limits.maxLines} lines; remove the empty ones or split it.`);
    }
    for (const line of some) yield* presentable(rows.push(line), limits);
  }
  yield* presentable(rows.end(), limits);
}

/** Whole lines from the beginning of the file. */
async function readSample(chunks: AsyncGenerator<TextLine[]>): Promise<TextLine[]> {
  const sample: TextLine[] = [];
  for (let length = 0; length < SAMPLE_LENGTH;) {
    const next = await chunks.next();
    if (next.done) break;
    for (const line of next.value) {
      sample.push(line);
      length += line.text.length + 1;
    }
  }
  return sample;
}

async function* joined(start: TextLine[], rest: AsyncGenerator<TextLine[]>): AsyncGenerator<TextLine[]> {
  yield start;
  yield* rest;
}

/** Leaves empty rows out. */
function* presentable(rows: readonly CsvRow[], limits: ImportLimits): Generator<SourceRow> {
  const { maxExportColumns: maxColumns, maxCellLength } = limits;
  for (const { line, cells, error } of rows) {
    if (cells.every((cell) => cell.trim() === '')) continue;
    const exact = boundedCells(cells, { maxColumns, maxCellLength }).map(unwrapped);
    yield {
      line,
      ...(exact.some((cell) => cell.includes('\r'))
        ? { cells: exact.map((cell) => cell.replaceAll(/\r\n?/g, '\n')), exact }
        : { cells: exact }),
      ...(error === undefined ? {} : { error }),
    };
  }
}

/** `="0123"` is how exports keep Excel from reading a number: a formula whose value is the text. */
function unwrapped(cell: string): string {
  const formula = cell.startsWith('="') ? /^="((?:[^"]|"")*)"\s*$/.exec(cell) : null;
  return formula?.[1]?.replaceAll('""', '"') ?? cell;
}

function countReplaced(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\uFFFD'); at >= 0; at = text.indexOf('\uFFFD', at + 1)) count += 1;
  return count;
}

import { DomainError } from '../../../lib/errors.js';
import { storableText } from '../../../lib/storable.js';
import { boundedCells } from './core/cells.js';
import { rejectionTitles, reportColumns } from './core/column-report.js';
import type { ColumnPlan } from './core/columns.js';
import { findHeader, HEADER_ROWS } from './core/header.js';
import { ownExport } from './core/own-columns.js';
import { parseRow, type ImportedContact, type RejectedRow, type SourceRow } from './core/rows.js';
import { fileError, hasCode } from './file-error.js';
import type { FilePart, ReadOrder } from './file-part.js';
import type { RowSource } from './row-source.js';
import { openSource } from './source.js';

/** Characters of a title above rejected rows, and in the report of columns, which stands in every list of imports. */
const MAX_TITLE_LENGTH = 1_000;
const MAX_SHOWN_TITLE_LENGTH = 200;

/** The handler of the task `readContactsFile`. A file that cannot be read ends with `refused`; other errors are thrown. */
export async function* readFile(order: ReadOrder): AsyncGenerator<FilePart> {
  const warnings: string[] = [];
  try {
    yield* readParts(order, warnings);
    yield { kind: 'end', warnings };
  } catch (error) {
    const refused = refusedFor(error);
    // Any other error is ours, not the file's.
    if (refused === undefined) throw error;
    yield { kind: 'end', warnings, refused };
  }
}

/** Adds to `warnings` what the uploader should know, also when it throws. */
async function* readParts(order: ReadOrder, warnings: string[]): AsyncGenerator<FilePart> {
  const source = await openSource(order.path, order);
  const rows = source.rows[Symbol.asyncIterator]();
  try {
    const start = await takeRows(rows, HEADER_ROWS + 1);
    const [first] = start;
    if (!first) throw fileError('The file holds no rows.');
    const { limits } = order;
    const maxColumns = ownExport(first.cells) ? limits.maxExportColumns : limits.maxColumns;
    if (first.cells.length > maxColumns) {
      throw fileError(`The first row has more than ${maxColumns} columns; leave out those you do not need.`);
    }
    const header = findHeader(start, order.mapping, order.defaultCountry);
    if (!header.ok) throw fileError(header.reason);
    const { plan } = header;
    warnings.push(...header.warnings);
    const titles = rejectionTitles(plan).map((title) => storableText(title).slice(0, MAX_TITLE_LENGTH));
    const shown = plan.titles.map((title) => title.slice(0, MAX_SHOWN_TITLE_LENGTH));
    yield { kind: 'columns', titles, columns: reportColumns({ ...plan, titles: shown }) };
    yield* readBatches(order, source, rest(start.slice(header.above + (plan.hasHeader ? 1 : 0)), rows), plan);
  } finally {
    warnings.unshift(...source.warnings());
    await rows.return?.();
  }
}

async function* readBatches(
  { limits, skipRows, defaultCountry }: ReadOrder,
  source: RowSource,
  data: AsyncGenerator<SourceRow>,
  plan: ColumnPlan,
): AsyncGenerator<FilePart> {
  const { maxRows, batchRows, batchLength } = limits;
  let position = 0;
  let batch: (ImportedContact | RejectedRow)[] = [];
  let length = 0;
  const take = (): FilePart => {
    const part: FilePart = {
      kind: 'rows',
      firstRow: position - batch.length,
      rows: batch,
      progress: source.progress(),
    };
    batch = [];
    length = 0;
    return part;
  };
  for await (const row of data) {
    position += 1;
    if (position > maxRows) {
      throw fileError(
        `The file has more than ${maxRows} rows; the first ${maxRows} were imported. Split it.`,
      );
    }
    if (position <= skipRows) continue;
    const cells = plan.isExport ? row.cells : boundedCells(row.cells, limits);
    batch.push(parseRow({ ...row, cells }, plan, defaultCountry));
    for (const cell of row.cells) length += cell.length;
    // The row at the limit closes its batch, so that the message above is true.
    if (batch.length >= batchRows || length >= batchLength || position === maxRows) yield take();
  }
  if (position === 0) throw fileError('The file holds a title row and no contacts.');
  if (batch.length > 0) yield take();
}

async function takeRows(rows: AsyncIterator<SourceRow>, count: number): Promise<SourceRow[]> {
  const taken: SourceRow[] = [];
  while (taken.length < count) {
    const next = await rows.next();
    if (next.done) break;
    taken.push(next.value);
  }
  return taken;
}

async function* rest(start: readonly SourceRow[], rows: AsyncIterator<SourceRow>): AsyncGenerator<SourceRow> {
  yield* start;
  for (let next = await rows.next(); !next.done; next = await rows.next()) yield next.value;
}

function refusedFor(error: unknown): string | undefined {
  if (error instanceof DomainError) return error.message;
  return hasCode(error, 'ENOENT') ? 'The uploaded file is no longer there; upload it again.' : undefined;
}

import { inCurrentUse, type Database } from '../../../db/index.js';
import { csvLines, keptByWithoutMarks, UTF8_BOM } from '../../../lib/csv.js';
import { invalid, notFound } from '../../../lib/errors.js';
import { xlsxChunks, type Cell } from '../../../lib/xlsx-writer.js';
import { yieldingWork } from '../../../lib/yielding-work.js';
import { ContactSearchRepository } from '../contact-search.repository.js';
import type { ContactService } from '../contact.service.js';
import type { ContactFilter } from '../core/filter.js';
import { ListRepository } from '../list.repository.js';
import { attributeColumn, OWN_COLUMNS, type ExportCell, type ExportColumn } from './export-columns.js';
import { MAX_EXPORT_COLUMNS, partsOf } from './export-parts.js';

export type ExportFormat = 'csv' | 'xlsx';

export interface ExportOptions {
  format: ExportFormat;
  /** Titles of the columns, in their order; all unless given. */
  columns?: readonly string[];
  /** Ends the reading. */
  signal?: AbortSignal;
}

export interface ContactExport {
  fileName: string;
  contentType: string;
  /** Only as much is read as the receiver takes. */
  chunks: AsyncIterable<string | Buffer>;
}

const BATCH = 1_000;
const COLUMN_WIDTH = 20;

/** Contacts as a file, however many there are. */
export class ContactExportService {
  private readonly search = new ContactSearchRepository();
  private readonly lists = new ListRepository();

  constructor(
    private readonly deps: {
      database: Database;
      contacts: Pick<ContactService, 'checkedFilter' | 'findMany'>;
    },
  ) {}

  /**
   * Oldest first, one column per attribute that one of them has. Formulas in csv cells are made text. An unknown list is
   * `not_found`; unknown columns, and more than 1,024 of them, are `invalid`.
   */
  async export(
    tenantId: string,
    given: ContactFilter,
    { format, columns: wanted = [], signal }: ExportOptions,
  ): Promise<ContactExport> {
    const { manager } = this.deps.database;
    const filter = this.deps.contacts.checkedFilter(given);
    if (filter.listId !== undefined && !(await this.lists.find(manager, tenantId, filter.listId))) {
      throw notFound('list', filter.listId);
    }
    const columns =
      wanted.length === 0
        ? await this.allColumns(tenantId, filter)
        : await this.wantedColumns(tenantId, filter, [...new Set(wanted)]);
    const rows = inCurrentUse(this.rows(tenantId, filter, columns, signal));
    if (format === 'csv') {
      return {
        fileName: 'contacts.csv',
        contentType: 'text/csv; charset=utf-8',
        chunks: csvChunks(columns, rows),
      };
    }
    const sheet = columns.map(({ title }) => ({ title, width: COLUMN_WIDTH }));
    return {
      fileName: 'contacts.xlsx',
      contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      chunks: xlsxChunks('Contacts', sheet, sheetRows(rows)),
    };
  }

  private async allColumns(tenantId: string, filter: ContactFilter): Promise<ExportColumn[]> {
    const most = MAX_EXPORT_COLUMNS;
    const keys = await this.search.attributeKeys(this.deps.database.manager, tenantId, filter, { most });
    const all = [...OWN_COLUMNS, ...keys.map(attributeColumn)];
    if (all.length <= most) return all;
    const message = `a file has at most ${most} columns, and these contacts have more; name those you want`;
    throw invalid([{ path: 'columns', message }]);
  }

  private async wantedColumns(
    tenantId: string,
    filter: ContactFilter,
    titles: readonly string[],
  ): Promise<ExportColumn[]> {
    const own = new Map(OWN_COLUMNS.map((column) => [column.title, column]));
    const options = { among: titles, most: MAX_EXPORT_COLUMNS };
    const { manager } = this.deps.database;
    const known = new Set(await this.search.attributeKeys(manager, tenantId, filter, options));
    const errors = titles.flatMap((title, index) =>
      own.has(title) || known.has(title)
        ? []
        : [{ path: `columns[${index}]`, message: `none of these contacts has an attribute ${title}` }],
    );
    if (errors.length > 0) throw invalid(errors);
    return titles.map((title) => own.get(title) ?? attributeColumn(title));
  }

  private async *rows(
    tenantId: string,
    filter: ContactFilter,
    columns: readonly ExportColumn[],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ExportCell[][]> {
    const { manager } = this.deps.database;
    const work = yieldingWork(Infinity);
    let afterId: string | undefined;
    for (;;) {
      if (signal?.aborted) return;
      const ids = await this.search.nextIds(manager, tenantId, filter, { limit: BATCH, afterId });
      afterId = ids.at(-1);
      if (afterId === undefined) return;
      const sizes = await this.search.attributeSizes(manager, tenantId, ids);
      for (const part of partsOf(sizes, columns.length)) {
        if (signal?.aborted) return;
        const contacts = await this.deps.contacts.findMany(tenantId, part);
        yield contacts.map((contact) => columns.map(({ cell }) => cell(contact)));
        await work.yieldIfDue();
      }
    }
  }
}

async function* sheetRows(rows: AsyncIterable<ExportCell[][]>): AsyncGenerator<Cell[][]> {
  const dressed = (cell: ExportCell) => (typeof cell === 'string' ? keptByWithoutMarks(cell) : cell);
  for await (const part of rows) yield part.map((cells) => cells.map(dressed));
}

async function* csvChunks(
  columns: readonly ExportColumn[],
  rows: AsyncIterable<ExportCell[][]>,
): AsyncGenerator<string> {
  yield UTF8_BOM + csvLines([columns.map(({ title }) => title)]);
  for await (const part of rows) yield csvLines(part.map((cells) => cells.map(String)));
}

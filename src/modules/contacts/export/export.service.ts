import { inCurrentUse, type Database } from '../../../db/index.js';
import { csvLines, keptByWithoutMarks, UTF8_BOM } from '../../../lib/csv.js';
import { notFound } from '../../../lib/errors.js';
import { xlsxChunks, type Cell } from '../../../lib/xlsx-writer.js';
import { ContactSearchRepository } from '../contact-search.repository.js';
import type { ContactService } from '../contact.service.js';
import type { ContactView } from '../contact-view.repository.js';
import { exportedValue } from '../core/exported-values.js';
import type { ContactFilter } from '../core/filter.js';
import { EXPORT_ONLY_TITLES } from '../import/core/own-columns.js';
import { ListRepository } from '../list.repository.js';

export type ExportFormat = 'csv' | 'xlsx';

export interface ContactExport {
  fileName: string;
  contentType: string;
  /** Only as much is read as the receiver takes. */
  chunks: AsyncIterable<string | Buffer>;
}

const BATCH = 1_000;
/** Titles the import knows, then those it makes no attributes of. */
const OWN_COLUMNS = ['phoneNumber', 'name', 'tags', ...EXPORT_ONLY_TITLES];
const COLUMN_WIDTH = 20;
/** A sheet keeps 15 digits. */
const MAX_SHEET_NUMBER = 1e15;

type ExportCell = string | number;

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

  /** Oldest first, one column per attribute that one of them has. Formulas in csv cells are made text. An unknown list is `not_found`. */
  async export(tenantId: string, given: ContactFilter, format: ExportFormat): Promise<ContactExport> {
    const { manager } = this.deps.database;
    const filter = this.deps.contacts.checkedFilter(given);
    if (filter.listId !== undefined && !(await this.lists.find(manager, tenantId, filter.listId))) {
      throw notFound('list', filter.listId);
    }
    const keys = await this.search.attributeKeys(manager, tenantId, filter);
    const titles = [...OWN_COLUMNS, ...keys];
    const rows = inCurrentUse(this.rows(tenantId, filter, keys));
    if (format === 'csv') {
      return {
        fileName: 'contacts.csv',
        contentType: 'text/csv; charset=utf-8',
        chunks: csvChunks(titles, rows),
      };
    }
    const columns = titles.map((title) => ({ title, width: COLUMN_WIDTH }));
    return {
      fileName: 'contacts.xlsx',
      contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      chunks: xlsxChunks('Contacts', columns, sheetRows(rows)),
    };
  }

  private async *rows(
    tenantId: string,
    filter: ContactFilter,
    keys: readonly string[],
  ): AsyncGenerator<ExportCell[][]> {
    let afterId: string | undefined;
    for (;;) {
      const ids = await this.search.nextIds(this.deps.database.manager, tenantId, filter, {
        limit: BATCH,
        afterId,
      });
      afterId = ids.at(-1);
      if (afterId === undefined) return;
      const contacts = await this.deps.contacts.findMany(tenantId, ids);
      yield contacts.map((contact) => [
        ...ownCells(contact),
        ...keys.map((key) => attributeCell(contact.attributes[key])),
      ]);
    }
  }
}

function ownCells(contact: ContactView): string[] {
  return [
    contact.phone,
    contact.name ?? '',
    contact.tags.join(';'),
    contact.optedOutAt?.toISOString() ?? '',
    contact.consent ? `${contact.consent.kind} (${contact.consent.source})` : '',
    contact.onWhatsApp === null ? '' : contact.onWhatsApp ? 'yes' : 'no',
    contact.createdAt.toISOString(),
  ];
}

/** Numbers are numbers in a sheet, as far as it keeps all their digits. */
function attributeCell(value: unknown): ExportCell {
  const isKept = typeof value === 'number' && Math.abs(value) < MAX_SHEET_NUMBER;
  return isKept ? value : exportedValue(value);
}

async function* sheetRows(rows: AsyncIterable<ExportCell[][]>): AsyncGenerator<Cell[][]> {
  const dressed = (cell: ExportCell) => (typeof cell === 'string' ? keptByWithoutMarks(cell) : cell);
  for await (const batch of rows) yield batch.map((cells) => cells.map(dressed));
}

async function* csvChunks(titles: string[], rows: AsyncIterable<ExportCell[][]>): AsyncGenerator<string> {
  yield UTF8_BOM + csvLines([titles]);
  for await (const batch of rows) yield csvLines(batch.map((cells) => cells.map(String)));
}

import { enqueueBestEffort } from '../../../queue/enqueue-best-effort.js';
import { copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { inCurrentUse, type Database } from '../../../db/index.js';
import type { Clock } from '../../../lib/clock.js';
import { csvLines, UTF8_BOM } from '../../../lib/csv.js';
import { DomainError, invalid, notFound, type FieldError } from '../../../lib/errors.js';
import { newId } from '../../../lib/ids.js';
import type { Logger } from '../../../lib/logger.js';
import { idBehind, type Page, type PageRequest } from '../../../lib/pages.js';
import { isPhoneCountry } from '../../../lib/phone.js';
import { storableText } from '../../../lib/storable.js';
import type { ExhaustedHandler, JobHandler } from '../../../queue/job.js';
import type { JobQueue } from '../../../queue/job-queue.js';
import type { Threads } from '../../../threads/task.js';
import { changeUsage, refuseBeyond, type Quota } from '../../tenants/index.js';
import type { AttributeNames } from '../attribute-names.js';
import { importContacts } from '../contact.jobs.js';
import { cleanName } from '../../../lib/names.js';
import { ListRepository } from '../list.repository.js';
import type { Delimiter } from './core/delimiter.js';
import { encodingNames, encodingOf } from './core/encodings.js';
import { mappingError, type ColumnMapping, type MappedColumn } from './core/mapping.js';
import { REJECTION_TITLES } from './core/own-columns.js';
import { ImportRunner } from './import-runner.js';
import type { Import } from './import.entity.js';
import { ImportRepository, optionsOf, type ImportOptions } from './import.repository.js';
import { defaultImportLimits, type ImportLimits } from './limits.js';
import { hasCode } from './file-error.js';
import type { HiddenRows } from './row-source.js';

export interface ImportServiceDeps {
  database: Database;
  queue: Pick<JobQueue, 'enqueue'>;
  /** Uploads wait here until they are imported; shared by all processes. */
  filesDir: string;
  /** For numbers without a country code, unless the request names another; ISO 3166 alpha-2. */
  defaultCountry?: string;
  clock: Clock;
  logger: Logger;
  /** Uploads are read in them. */
  threads: Threads;
  limits?: Partial<ImportLimits>;
  attributeNames?: AttributeNames;
}

export interface NewImport {
  /** A file on this machine that now belongs to the import. */
  file: { path: string; originalName: string };
  /** All contacts of the file become members; the list is made when there is none of that name. */
  listName?: string;
  defaultCountry?: string;
  /**
   * `phoneNumber`, `name`, `tags`, `optedOut` or an attribute's key -> the title of a column, or its position from 1; with
   * a type where the values of an attribute are true or false.
   */
  mapping?: ColumnMapping;
  onDuplicate?: 'update' | 'skip';
  delimiter?: Delimiter;
  /** Of a csv file; a name such as `windows-1250` or `cp1250`. */
  encoding?: string;
  /** Rows of a sheet that are hidden; left out by default. */
  hiddenRows?: HiddenRows;
  /** Source of the consent of all contacts in the file; no consent is recorded when it is absent. */
  consentSource?: string;
}

/** Rejected rows that are looked at together, and the bytes of cells that are read of them: a row may hold two megabytes. */
const REJECTIONS_PAGE = { rows: 200, bytes: 1024 * 1024 };

/** Contact files on their way into the database. Every method sees the given tenant's imports only. */
export class ImportService {
  private readonly imports = new ImportRepository();
  private readonly lists = new ListRepository();
  private readonly runner: ImportRunner;

  constructor(private readonly deps: ImportServiceDeps) {
    this.runner = new ImportRunner({ ...deps, limits: { ...defaultImportLimits, ...deps.limits } });
  }

  /** The job `importContacts`. One of a tenant is in the queue at a time: its end queues the next one. */
  readonly handleImport: JobHandler<typeof importContacts> = async (payload, context) => {
    const outcome = await this.runner.run(payload, context);
    if (outcome.kind === 'done') await this.queueNext(payload.tenantId);
    return outcome;
  };

  readonly handleExhausted: ExhaustedHandler<typeof importContacts> = async (payload, end) => {
    await this.runner.giveUp(payload, end);
    await this.queueNext(payload.tenantId);
  };

  /**
   * Takes the file over and imports it in the background, after the imports of the tenant before it. What is wrong with the file shows in the import. Refuses
   * (`not_possible`, `storage_quota`) a file for which the tenant has no room left.
   */
  async create(tenantId: string, input: NewImport): Promise<Import> {
    const id = newId();
    const filePath = join(this.deps.filesDir, id);
    try {
      const options = this.checkedOptions(input);
      await mkdir(this.deps.filesDir, { recursive: true });
      await move(input.file.path, filePath);
      await this.insert(tenantId, id, { ...input, fileBytes: (await stat(filePath)).size }, options);
    } catch (error) {
      await Promise.all([rm(input.file.path, { force: true }), rm(filePath, { force: true })]);
      throw error;
    }
    await enqueueBestEffort(this.queueNext(tenantId), this.deps.logger);
    return this.get(tenantId, id);
  }

  /** Newest first. */
  async list(tenantId: string, page: PageRequest): Promise<Page<Import>> {
    return this.imports.list(this.deps.database.manager, tenantId, {
      limit: page.limit,
      beforeId: idBehind(page.cursor),
    });
  }

  async get(tenantId: string, id: string): Promise<Import> {
    const row = await this.imports.find(this.deps.database.manager, tenantId, id);
    if (!row) throw notFound('import', id);
    return row;
  }

  /**
   * Forgets an import that has ended, with its rejected rows; its contacts stay. Refuses (`conflict`) one that waits or
   * runs.
   */
  async remove(tenantId: string, id: string): Promise<void> {
    await this.deps.database.transaction(async (tx) => {
      const row = await this.imports.lock(tx, tenantId, id);
      if (!row) throw notFound('import', id);
      if (row.status === 'queued' || row.status === 'running') {
        const message = `The import is ${row.status}; it can be deleted once it has ended.`;
        throw new DomainError('conflict', 'import_under_way', message);
      }
      await this.imports.remove(tx, row);
    });
  }

  /** The rejected rows as csv: line, reason, the cells as they stood in the file. Formulas are made text. */
  async rejectedRows(tenantId: string, id: string): Promise<AsyncIterable<string>> {
    const row = await this.get(tenantId, id);
    return inCurrentUse(this.rejectionLines(tenantId, id, optionsOf(row).titles ?? []));
  }

  /**
   * Queues the next import of every tenant, such as after the queue was lost. One that is queued already stays as it is.
   * Returns how many.
   */
  resumeUnfinished(): Promise<number> {
    return this.queueNext();
  }

  /** Whoever commits an import or its end calls this afterwards, so none is left behind. */
  private async queueNext(ofTenant?: string): Promise<number> {
    const next = await this.imports.next(this.deps.database.manager, ofTenant);
    for (const { id, tenantId } of next) {
      await this.deps.queue.enqueue(importContacts, { tenantId, importId: id }, { id: `import-${id}` });
    }
    return next.length;
  }

  private checkedOptions(input: NewImport): ImportOptions {
    const errors: FieldError[] = [];
    if (input.defaultCountry !== undefined && !isPhoneCountry(input.defaultCountry)) {
      errors.push({
        path: 'defaultCountry',
        message: `"${input.defaultCountry}" is not a country; use a code such as BR.`,
      });
    }
    const encoding = input.encoding === undefined ? undefined : encodingOf(input.encoding);
    if (input.encoding !== undefined && encoding === undefined) {
      errors.push({
        path: 'encoding',
        message: `"${input.encoding}" is not a known encoding; use one of ${encodingNames.join(', ')}.`,
      });
    }
    const mapping: Record<string, MappedColumn> = {};
    for (const [field, mapped] of Object.entries(input.mapping ?? {})) {
      const error = mappingError(field, mapped);
      if (error !== undefined) errors.push({ path: `mapping.${field}`, message: error });
      mapping[field] =
        typeof mapped === 'string'
          ? storableText(mapped)
          : { ...mapped, column: storableText(mapped.column) };
    }
    if (errors.length > 0) throw invalid(errors);
    return {
      defaultCountry: (input.defaultCountry ?? this.deps.defaultCountry)?.toUpperCase(),
      mapping,
      onDuplicate: input.onDuplicate ?? 'update',
      delimiter: input.delimiter,
      encoding,
      hiddenRows: input.hiddenRows ?? 'skip',
      consentSource: cleanName(input.consentSource) ?? undefined,
    };
  }

  private get quota(): Quota {
    return {
      what: 'your contact files that wait to be imported, and the rejected rows of imports,',
      limitBytes: this.deps.limits?.quotaBytes ?? defaultImportLimits.quotaBytes,
      setting: 'IMPORT_QUOTA_BYTES',
      fix: 'Wait until imports have ended, or delete old ones with DELETE /api/imports/:id.',
    };
  }

  private async insert(
    tenantId: string,
    id: string,
    input: NewImport & { fileBytes: number },
    options: ImportOptions,
  ): Promise<void> {
    const createdAt = this.deps.clock.now();
    await this.deps.database.transaction(async (tx) => {
      const name = cleanName(input.listName);
      if (name !== null) await this.lists.insert(tx, { id: newId(), tenantId, name, now: createdAt });
      const list = name === null ? null : await this.lists.findByName(tx, tenantId, name);
      const fileName = cleanName(storableText(basename(input.file.originalName)))?.slice(0, 255) ?? 'upload';
      const fileBytes = String(input.fileBytes);
      const row = { id, tenantId, fileName, filePath: id, fileBytes, listId: list?.id ?? null, createdAt };
      await this.imports.insert(tx, row, options);
      refuseBeyond(this.quota, await changeUsage(tx, tenantId, 'imports', input.fileBytes));
    });
  }

  private async *rejectionLines(tenantId: string, id: string, titles: string[]): AsyncGenerator<string> {
    yield UTF8_BOM + csvLines([[...REJECTION_TITLES, ...titles]]);
    let afterLine = 0;
    let limit = 10;
    for (;;) {
      const page = { afterLine, limit, maxBytes: REJECTIONS_PAGE.bytes };
      const rows = await this.imports.rejections(this.deps.database.manager, tenantId, id, page);
      const last = rows.at(-1);
      if (!last) return;
      yield csvLines(rows.map(({ line, reason, cells }) => [String(line), reason, ...cells]));
      afterLine = last.line;
      // Where few fitted, few are looked at: the database measures each of them.
      limit = Math.min(REJECTIONS_PAGE.rows, 2 * rows.length);
    }
  }
}

/** Renames, or copies when the upload lies on another file system. */
async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!hasCode(error, 'EXDEV')) throw error;
    await copyFile(from, to);
    await rm(from, { force: true });
  }
}

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../../db/index.js';
import type { Clock } from '../../../lib/clock.js';
import { DomainError } from '../../../lib/errors.js';
import type { Logger } from '../../../lib/logger.js';
import { storableText } from '../../../lib/storable.js';
import type { JobContext, JobOutcome, PayloadOf } from '../../../queue/job.js';
import type { importContacts } from '../contact.jobs.js';
import { ENDED_BY_ERROR } from '../core/ended-by-error.js';
import { ImportBatchRepository, type ImportBatch } from './batch.repository.js';
import { rejectionTitles, reportColumns } from './core/column-report.js';
import type { ColumnPlan } from './core/columns.js';
import { findHeader, HEADER_ROWS } from './core/header.js';
import { parseRow, type SourceRow } from './core/rows.js';
import type { Import } from './import.entity.js';
import { ImportRepository, optionsOf } from './import.repository.js';
import type { ImportLimits } from './limits.js';
import { hasCode, fileError } from './file-error.js';
import type { RowSource } from './row-source.js';
import { openSource } from './source.js';
import { WriteBehind } from './write-behind.js';

export interface ImportRunnerDeps {
  database: Database;
  filesDir: string;
  clock: Clock;
  logger: Logger;
  limits: ImportLimits;
}

type Ending = 'end_of_file' | 'interrupted' | 'ended_elsewhere';

/** Imports one uploaded file, batch by batch; committed batches are not repeated. */
export class ImportRunner {
  private readonly imports = new ImportRepository();
  private readonly batches = new ImportBatchRepository();

  constructor(private readonly deps: ImportRunnerDeps) {}

  /** The job `importContacts`. A stopping process hands the rest of the file back to the queue. */
  async run(
    { tenantId, importId }: PayloadOf<typeof importContacts>,
    { signal }: JobContext,
  ): Promise<JobOutcome> {
    const { manager } = this.deps.database;
    const started = await this.imports.start(manager, tenantId, importId, this.deps.clock.now());
    if (!started) return { kind: 'done' };
    const warnings: string[] = [];
    try {
      const ending = await this.importFile(started, signal, warnings);
      if (ending === 'interrupted') return { kind: 'runAgain', at: this.deps.clock.now() };
      if (ending === 'end_of_file') await this.end(started, { status: 'completed', warnings });
    } catch (error) {
      const reason = refusedFor(error);
      // Any other error is ours, not the file's: the job is tried again and continues behind the committed rows.
      if (reason === undefined) throw error;
      await this.end(started, { status: 'failed', error: reason, warnings });
    }
    return { kind: 'done' };
  }

  /** Ends an import whose job has failed for the last time: it would be started again and again, and show no reason. */
  async giveUp({ tenantId, importId }: PayloadOf<typeof importContacts>): Promise<void> {
    const row = await this.imports.find(this.deps.database.manager, tenantId, importId);
    if (row) await this.end(row, { status: 'failed', error: ENDED_BY_ERROR, warnings: [] });
  }

  /** Adds to `warnings` what the uploader should know, also when it throws. */
  private async importFile(row: Import, signal: AbortSignal, warnings: string[]): Promise<Ending> {
    const options = optionsOf(row);
    const { delimiter, encoding, hiddenRows } = options;
    const { limits } = this.deps;
    const path = join(this.deps.filesDir, row.filePath);
    const source = await openSource(path, { delimiter, encoding, hiddenRows, limits });
    const rows = source.rows[Symbol.asyncIterator]();
    try {
      const start = await takeRows(rows, HEADER_ROWS + 1);
      const [first] = start;
      if (!first) throw fileError('The file holds no rows.');
      const { maxColumns } = limits;
      if (first.cells.length > maxColumns) {
        throw fileError(
          `The first row has more than ${maxColumns} columns; leave out those you do not need.`,
        );
      }
      const header = findHeader(start, options.mapping, options.defaultCountry);
      if (!header.ok) throw fileError(header.reason);
      const { plan } = header;
      warnings.push(...header.warnings);
      if (!options.titles) {
        const titles = rejectionTitles(plan).map(storableText);
        const found = { titles, columns: reportColumns(plan) };
        await this.imports.saveColumns(this.deps.database.manager, row.tenantId, row.id, found);
      }
      const data = rest(start.slice(header.above + (plan.hasHeader ? 1 : 0)), rows);
      return await this.importRows(row, source, data, plan, signal);
    } finally {
      warnings.unshift(...source.warnings());
      await rows.return?.();
    }
  }

  /** Reads on while the batch before is written: the database and this process work at the same time. */
  private async importRows(
    row: Import,
    source: RowSource,
    data: AsyncGenerator<SourceRow>,
    plan: ColumnPlan,
    signal: AbortSignal,
  ): Promise<Ending> {
    const writes = new WriteBehind();
    try {
      const ending = await this.readRows(row, source, data, plan, signal, writes);
      return (await writes.settle()) ? ending : 'ended_elsewhere';
    } catch (error) {
      // Rows read before the error are still written; an error of that write is the one to report.
      await writes.settle();
      throw error;
    }
  }

  private async readRows(
    row: Import,
    source: RowSource,
    data: AsyncGenerator<SourceRow>,
    plan: ColumnPlan,
    signal: AbortSignal,
    writes: WriteBehind,
  ): Promise<Ending> {
    const { maxRows, batchRows } = this.deps.limits;
    let position = 0;
    let batch: SourceRow[] = [];
    for await (const next of data) {
      if (signal.aborted) return 'interrupted';
      position += 1;
      if (position > maxRows) {
        throw fileError(
          `The file has more than ${maxRows} rows; the first ${maxRows} were imported. Split it.`,
        );
      }
      if (position <= row.rowsDone) continue;
      batch.push(next);
      // The row at the limit closes its batch, so that the message above is true.
      if (batch.length < batchRows && position < maxRows) continue;
      const read = this.readBatch(row, plan, batch, position - batch.length, source);
      if (!(await writes.write(() => this.commit(read)))) return 'ended_elsewhere';
      batch = [];
    }
    if (position === 0) throw fileError('The file holds a title row and no contacts.');
    if (batch.length === 0) return 'end_of_file';
    const read = this.readBatch(row, plan, batch, position - batch.length, source);
    return (await writes.write(() => this.commit(read))) ? 'end_of_file' : 'ended_elsewhere';
  }

  private readBatch(
    row: Import,
    plan: ColumnPlan,
    rows: SourceRow[],
    firstRow: number,
    source: RowSource,
  ): ImportBatch {
    const { defaultCountry, onDuplicate, consentSource } = optionsOf(row);
    return {
      tenantId: row.tenantId,
      importId: row.id,
      listId: row.listId,
      onDuplicate,
      fileName: row.fileName,
      consent: consentSource === undefined ? undefined : { source: consentSource, proof: row.fileName },
      firstRow,
      rows: rows.map((each) => parseRow(each, plan, defaultCountry)),
      progress: Math.min(99, Math.floor(source.progress() * 100)),
      now: this.deps.clock.now(),
    };
  }

  private commit(batch: ImportBatch): Promise<boolean> {
    return this.deps.database.transaction((tx) => this.batches.commit(tx, batch));
  }

  private async end(
    row: Import,
    outcome: ({ status: 'completed' } | { status: 'failed'; error: string }) & { warnings: string[] },
  ): Promise<void> {
    const { database, clock, logger, filesDir } = this.deps;
    const ended = await database.transaction((tx) =>
      this.imports.end(tx, row.tenantId, row.id, outcome, clock.now()),
    );
    if (!ended) return;
    await rm(join(filesDir, row.filePath), { force: true });
    logger.info(
      { importId: row.id, tenantId: row.tenantId, status: outcome.status },
      'contacts import ended',
    );
  }
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

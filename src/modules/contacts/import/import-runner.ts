import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../../db/index.js';
import type { Clock } from '../../../lib/clock.js';
import { DomainError } from '../../../lib/errors.js';
import type { Logger } from '../../../lib/logger.js';
import type { JobContext, JobEnd, JobOutcome, PayloadOf } from '../../../queue/job.js';
import type { Threads } from '../../../threads/task.js';
import type { importContacts } from '../contact.jobs.js';
import type { AttributeNames } from '../attribute-names.js';
import { endedBy } from '../core/ended-by-error.js';
import { ImportBatchRepository, type ImportBatch } from './batch.repository.js';
import type { FilePart, ReadOrder } from './file-part.js';
import type { Import } from './import.entity.js';
import { readContactsFile } from './import.tasks.js';
import { ImportRepository, optionsOf } from './import.repository.js';
import type { ImportLimits } from './limits.js';
import { WriteBehind } from './write-behind.js';

export interface ImportRunnerDeps {
  database: Database;
  filesDir: string;
  clock: Clock;
  logger: Logger;
  limits: ImportLimits;
  threads: Threads;
  attributeNames?: AttributeNames;
}

type FileColumns = Extract<FilePart, { kind: 'columns' }>;
type FileRows = Extract<FilePart, { kind: 'rows' }>;
type Ending = Extract<FilePart, { kind: 'end' }> | { kind: 'interrupted' } | { kind: 'ended_elsewhere' };

const COMPLETED = { status: 'completed' } as const;

/** Imports one uploaded file, batch by batch; committed batches are not repeated. */
export class ImportRunner {
  private readonly imports = new ImportRepository();
  private readonly batches: ImportBatchRepository;

  constructor(private readonly deps: ImportRunnerDeps) {
    this.batches = new ImportBatchRepository(deps.attributeNames);
  }

  /**
   * The job `importContacts`. A stopping process hands the rest of the file back to the queue, and so does a long import
   * while others wait. Throws for what is not the
   * file's fault, and `ThreadDied` where reading it took the thread down: the job is tried again and goes on behind the
   * committed rows.
   */
  async run(
    { tenantId, importId }: PayloadOf<typeof importContacts>,
    context: JobContext,
  ): Promise<JobOutcome> {
    const { manager } = this.deps.database;
    const started = await this.imports.start(manager, tenantId, importId, this.deps.clock.now());
    if (!started) return { kind: 'done' };
    const ending = await this.importFile(started, context).catch(endingOfRefusal);
    if (ending.kind === 'interrupted') return { kind: 'runAgain', at: this.deps.clock.now() };
    if (ending.kind === 'end') {
      const { warnings, refused } = ending;
      const outcome = refused === undefined ? COMPLETED : { status: 'failed' as const, error: refused };
      await this.end(started, { ...outcome, warnings });
    }
    return { kind: 'done' };
  }

  /** Ends an import whose job has failed for the last time: it would be started again and again, and show no reason. */
  async giveUp({ tenantId, importId }: PayloadOf<typeof importContacts>, end: JobEnd): Promise<void> {
    const row = await this.imports.find(this.deps.database.manager, tenantId, importId);
    if (row) await this.end(row, { status: 'failed', error: endedBy(end), warnings: [] });
  }

  /** Reads on while the batch before is written: thread, database and this process work at the same time. */
  private async importFile(row: Import, { signal, timeSlice }: JobContext): Promise<Ending> {
    const writes = new WriteBehind();
    try {
      for await (const part of this.deps.threads.stream(readContactsFile, this.orderOf(row), { signal })) {
        if (part.kind === 'columns') await this.saveColumns(row, part);
        else if (part.kind === 'end') return (await writes.settle()) ? part : { kind: 'ended_elsewhere' };
        else if (!(await writes.write(() => this.commit(this.batchOf(row, part)))))
          return { kind: 'ended_elsewhere' };
        else if (await timeSlice?.isOver())
          return { kind: (await writes.settle()) ? 'interrupted' : 'ended_elsewhere' };
      }
      throw new Error('A file was read without an end.');
    } catch (error) {
      // Rows read before the error are still written; an error of that write is the one to report.
      await writes.settle();
      if (signal.aborted) return { kind: 'interrupted' };
      throw error;
    }
  }

  private orderOf(row: Import): ReadOrder {
    const { mapping, defaultCountry, delimiter, encoding, hiddenRows } = optionsOf(row);
    return {
      path: join(this.deps.filesDir, row.filePath),
      mapping,
      defaultCountry,
      delimiter,
      encoding,
      hiddenRows,
      skipRows: row.rowsDone,
      limits: this.deps.limits,
    };
  }

  private async saveColumns(row: Import, { titles, columns }: FileColumns): Promise<void> {
    if (optionsOf(row).titles) return;
    await this.imports.saveColumns(this.deps.database.manager, row.tenantId, row.id, { titles, columns });
  }

  private batchOf(row: Import, { firstRow, rows, progress }: FileRows): ImportBatch {
    const { onDuplicate, consentSource } = optionsOf(row);
    return {
      tenantId: row.tenantId,
      importId: row.id,
      listId: row.listId,
      onDuplicate,
      fileName: row.fileName,
      consent: consentSource === undefined ? undefined : { source: consentSource, proof: row.fileName },
      firstRow,
      rows,
      progress: Math.min(99, Math.floor(progress * 100)),
      quotaBytes: this.deps.limits.quotaBytes,
      now: this.deps.clock.now(),
    };
  }

  private commit(batch: ImportBatch): Promise<boolean> {
    return this.batches.write(this.deps.database, batch);
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

/** Contacts that may not be written, such as those with too many attribute names: another attempt would end in the same way. */
function endingOfRefusal(error: unknown): Ending {
  if (error instanceof DomainError) return { kind: 'end', warnings: [], refused: error.message };
  throw error;
}

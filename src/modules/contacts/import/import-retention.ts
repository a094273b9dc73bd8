import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database, Tx } from '../../../db/index.js';
import { ImportRepository } from './import.repository.js';
import { endedBefore, isNamedBySeries } from './import-retention.repository.js';

/** Rows of files, about, after which the rest is left for another time. */
const ROWS_AT_ONCE = 20_000;

export interface ImportRetentionDeps {
  database: Database;
  /** Where uploads wait until they are imported. */
  filesDir: string;
}

/** Forgets imports that a tenant keeps for so many days only. Their contacts stay. */
export class ImportRetention {
  private readonly imports = new ImportRepository();

  constructor(private readonly deps: ImportRetentionDeps) {}

  /**
   * Forgets imports that ended before that time, the oldest first, until `mostRows` rows went with them or the signal says
   * so. One goes whole, in a transaction of its own, so that no audience is made of half of it; `IMPORT_MAX_ROWS` bounds it.
   * Returns how many imports went.
   */
  async removeOld(
    tenantId: string,
    before: Date,
    signal: AbortSignal,
    mostRows = ROWS_AT_ONCE,
  ): Promise<number> {
    const { database } = this.deps;
    let removed = 0;
    let rows = 0;
    for (const id of await endedBefore(database.manager, tenantId, before)) {
      if (signal.aborted || rows >= mostRows) break;
      const gone = await database.transaction((tx) => this.remove(tx, tenantId, id));
      if (gone === undefined) continue;
      rows += gone;
      removed += 1;
    }
    return removed;
  }

  /** Returns the rows of its file; undefined when it is gone, or has to stay. */
  private async remove(tx: Tx, tenantId: string, id: string): Promise<number | undefined> {
    const row = await this.imports.lock(tx, tenantId, id);
    if (!row || (await isNamedBySeries(tx, tenantId, id))) return undefined;
    // The file went when the import ended, unless the process died just then: after the row nothing would name it.
    await rm(join(this.deps.filesDir, row.filePath), { force: true });
    await this.imports.remove(tx, row);
    return row.rowsDone;
  }
}

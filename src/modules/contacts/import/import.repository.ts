import { readWidePage, type Tx } from '../../../db/index.js';
import type { Page } from '../../../lib/pages.js';
import type { ColumnReport } from './core/column-report.js';
import type { Delimiter } from './core/delimiter.js';
import type { KnownEncoding } from './core/encodings.js';
import type { ColumnMapping } from './core/mapping.js';
import { changeUsage } from '../../tenants/index.js';
import type { HiddenRows } from './row-source.js';
import { Import, type ImportRejection } from './import.entity.js';

/** What an import's `options` column holds. */
export interface ImportOptions {
  defaultCountry?: string;
  mapping: ColumnMapping;
  onDuplicate: 'update' | 'skip';
  delimiter?: Delimiter;
  encoding?: KnownEncoding;
  hiddenRows: HiddenRows;
  /** Source of the consent of all contacts in the file. */
  consentSource?: string;
  /** The columns' titles, known once the first row was read; they head the file of rejected rows. */
  titles?: string[];
  /** What they were taken for. */
  columns?: ColumnReport;
}

export function optionsOf(row: Import): ImportOptions {
  return row.options as unknown as ImportOptions;
}

export class ImportRepository {
  async insert(
    tx: Tx,
    row: Pick<Import, 'id' | 'tenantId' | 'fileName' | 'filePath' | 'fileBytes' | 'listId' | 'createdAt'>,
    options: ImportOptions,
  ): Promise<void> {
    await tx.getRepository(Import).insert({ ...row, status: 'queued', options: { ...options } });
  }

  find(tx: Tx, tenantId: string, id: string): Promise<Import | null> {
    return tx.getRepository(Import).findOneBy({ tenantId, id });
  }

  /** Newest first; a page that is too long is `too_large` before it is read. */
  list(tx: Tx, tenantId: string, page: { limit: number; beforeId?: string }): Promise<Page<Import>> {
    const query = tx
      .getRepository(Import)
      .createQueryBuilder('import')
      .where('import.tenantId = :tenantId', { tenantId });
    if (page.beforeId !== undefined) query.andWhere('import.id < :beforeId', { beforeId: page.beforeId });
    const wide = ['options', 'warnings', 'error'] as const;
    return readWidePage(tx, query, { limit: page.limit, wide });
  }

  /** The oldest import of each tenant that has not ended, or of this tenant only. */
  next(tx: Tx, tenantId?: string): Promise<{ id: string; tenantId: string }[]> {
    return tx.query(
      `SELECT DISTINCT ON (tenant_id) id, tenant_id AS "tenantId" FROM imports
       WHERE status IN ('queued', 'running') AND ($1::uuid IS NULL OR tenant_id = $1) ORDER BY tenant_id, id`,
      [tenantId ?? null],
    );
  }

  /** Marks it running; undefined when it has ended or is gone. */
  async start(tx: Tx, tenantId: string, id: string, now: Date): Promise<Import | undefined> {
    await tx.query(
      `UPDATE imports SET status = 'running', started_at = coalesce(started_at, $3)
       WHERE tenant_id = $1 AND id = $2 AND status IN ('queued', 'running')`,
      [tenantId, id, now],
    );
    const row = await this.find(tx, tenantId, id);
    return row?.status === 'running' ? row : undefined;
  }

  async saveColumns(
    tx: Tx,
    tenantId: string,
    id: string,
    found: Required<Pick<ImportOptions, 'titles' | 'columns'>>,
  ): Promise<void> {
    await tx.query(`UPDATE imports SET options = options || $3::jsonb WHERE tenant_id = $1 AND id = $2`, [
      tenantId,
      id,
      JSON.stringify(found),
    ]);
  }

  /** Ends an import, once: false when another worker has ended it. The numbers of a completed one are kept. */
  async end(
    tx: Tx,
    tenantId: string,
    id: string,
    outcome: ({ status: 'completed' } | { status: 'failed'; error: string }) & { warnings: string[] },
    now: Date,
  ): Promise<boolean> {
    const [[ended]]: [{ file_bytes: string }[], number] = await tx.query(
      `UPDATE imports
       SET status = $3, error = $4, completed_at = $5, warnings = $6,
           progress = CASE WHEN $3 = 'completed' THEN 100 ELSE progress END
       WHERE tenant_id = $1 AND id = $2 AND status IN ('queued', 'running') RETURNING file_bytes`,
      [
        tenantId,
        id,
        outcome.status,
        outcome.status === 'failed' ? outcome.error : null,
        now,
        JSON.stringify(outcome.warnings),
      ],
    );
    if (!ended) return false;
    if (outcome.status === 'failed') {
      await tx.query('DELETE FROM import_phones WHERE tenant_id = $1 AND import_id = $2', [tenantId, id]);
    }
    await changeUsage(tx, tenantId, 'imports', -Number(ended.file_bytes));
    return true;
  }

  /** Waits for who changes it. */
  async lock(tx: Tx, tenantId: string, id: string): Promise<Import | null> {
    return tx.findOne(Import, { where: { tenantId, id }, lock: { mode: 'pessimistic_write' } });
  }

  /** One that has ended, with its rejected rows and the numbers it met. */
  async remove(tx: Tx, { tenantId, id, rejectedBytes }: Import): Promise<void> {
    await tx.getRepository(Import).delete({ tenantId, id });
    await changeUsage(tx, tenantId, 'imports', -Number(rejectedBytes));
  }

  /**
   * In the order of the file: of the next `limit` as many as hold `maxBytes` of cells together, and one at least; none behind
   * the last.
   */
  rejections(
    tx: Tx,
    tenantId: string,
    importId: string,
    page: { afterLine: number; limit: number; maxBytes: number },
  ): Promise<Pick<ImportRejection, 'line' | 'reason' | 'cells'>[]> {
    return tx.query(
      `SELECT line, reason, cells
       FROM (
         SELECT line, reason, cells, row_number() OVER (ORDER BY line) AS position,
                sum(octet_length(cells::text)) OVER (ORDER BY line) AS bytes
         FROM (
           SELECT line, reason, cells FROM import_rejections
           WHERE tenant_id = $1 AND import_id = $2 AND line > $3 ORDER BY line LIMIT $4
         ) AS next
       ) AS sized
       WHERE bytes <= $5 OR position = 1
       ORDER BY line`,
      [tenantId, importId, page.afterLine, page.limit, page.maxBytes],
    );
  }
}

/** Committed rows of an import that has not ended. */
export async function importProgress(tx: Tx, tenantId: string, id: string): Promise<string | undefined> {
  const [row]: { progress: string }[] = await tx.query(
    `SELECT rows_done::text AS progress FROM imports
     WHERE tenant_id = $1 AND id = $2 AND status IN ('queued', 'running')`,
    [tenantId, id],
  );
  return row?.progress;
}

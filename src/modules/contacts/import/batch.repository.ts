import type { Tx } from '../../../db/index.js';
import { newId } from '../../../lib/ids.js';
import { lineOf } from '../../../lib/phone-line.js';
import type { AttributeNames } from '../attribute-names.js';
import { ConsentRepository } from '../consent/consent.repository.js';
import { changeUsage, usageOf } from '../../tenants/index.js';
import { ContactRepository } from '../contact.repository.js';
import { ListRepository } from '../list.repository.js';
import { SuppressionRepository } from '../suppression.repository.js';
import type { ImportedContact, RejectedRow } from './core/rows.js';

/** Why a number is on the suppression list whose row could not be imported. */
const REJECTED_OPT_OUT = 'opted out in a row that was rejected by an import';

export interface ImportBatch {
  tenantId: string;
  importId: string;
  listId: string | null;
  onDuplicate: 'update' | 'skip';
  /** How many data rows of the file come before the first one of this batch. */
  firstRow: number;
  rows: readonly (ImportedContact | RejectedRow)[];
  /** Percent of the file behind this batch. */
  progress: number;
  /** Of the tenant's files and rejected rows; rows beyond it are counted and not kept. */
  quotaBytes: number;
  /** The name the uploader gave the file: the proof of what it says. */
  fileName: string;
  /** Source and proof of the consent of these contacts; absent when the import states none. */
  consent?: { source: string; proof: string };
  now: Date;
}

interface Counts {
  created: number;
  updated: number;
  unchanged: number;
  duplicate: number;
}

/** Writes a batch of rows and everything that is counted about them in one transaction. */
export class ImportBatchRepository {
  private readonly contacts: ContactRepository;
  private readonly lists = new ListRepository();
  private readonly consents = new ConsentRepository();
  private readonly suppressions = new SuppressionRepository();

  constructor(names?: AttributeNames) {
    this.contacts = new ContactRepository(names);
  }

  /**
   * Commits the rows that are not committed yet: `rows_done`, read under the import's row lock, says which, so a
   * repeated delivery of the job, or two at once, count every row once. False when the import has ended.
   */
  async commit(tx: Tx, batch: ImportBatch): Promise<boolean> {
    const rowsDone = await this.lockRunning(tx, batch);
    if (rowsDone === undefined) return false;
    if (rowsDone < batch.firstRow) {
      throw new Error(
        `Import ${batch.importId} has ${rowsDone} rows; a batch starts behind ${batch.firstRow}.`,
      );
    }
    const rows = batch.rows.slice(rowsDone - batch.firstRow);
    if (rows.length === 0) return true;
    await this.lockContacts(tx, batch.tenantId, rows);
    const rejected = rows.filter((row) => row.kind === 'rejected');
    const counts = await this.writeContacts(
      tx,
      batch,
      rows.filter((row) => row.kind === 'contact'),
    );
    await this.optOutRejected(tx, batch, rejected);
    const keptBytes = await this.writeRejections(tx, batch, rejected);
    await tx.query(
      `UPDATE imports
       SET rows_done = rows_done + $3, progress = greatest(progress, $4), created = created + $5,
           updated = updated + $6, unchanged = unchanged + $7, duplicate = duplicate + $8, invalid = invalid + $9,
           rejected_bytes = rejected_bytes + $10
       WHERE tenant_id = $1 AND id = $2`,
      [
        batch.tenantId,
        batch.importId,
        rows.length,
        batch.progress,
        counts.created,
        counts.updated,
        counts.unchanged,
        counts.duplicate,
        rejected.length,
        keptBytes,
      ],
    );
    if (keptBytes > 0) await changeUsage(tx, batch.tenantId, 'imports', keptBytes);
    return true;
  }

  private async lockRunning(tx: Tx, batch: ImportBatch): Promise<number | undefined> {
    const [row]: { rows_done: number }[] = await tx.query(
      `SELECT rows_done FROM imports WHERE tenant_id = $1 AND id = $2 AND status = 'running' FOR UPDATE`,
      [batch.tenantId, batch.importId],
    );
    return row?.rows_done;
  }

  private async writeContacts(tx: Tx, batch: ImportBatch, rows: ImportedContact[]): Promise<Counts> {
    // The first row of a line counts, later ones repeat it.
    const first = new Map<string, ImportedContact>();
    for (const row of rows) {
      const line = lineOf(row.phone);
      if (!first.has(line)) first.set(line, row);
    }
    const fresh = await this.unmet(tx, batch, [...first.keys()]);
    const contacts = [...first]
      .filter(([line]) => fresh.has(line))
      .map(([, { phone, name, attributes, tags }]) => ({ id: newId(), phone, name, attributes, tags }));

    const newIds = new Set(contacts.map(({ id }) => id));
    const written = await this.contacts.upsert(tx, batch.tenantId, contacts, batch.onDuplicate, batch.now);
    const created = written.filter(({ id }) => newIds.has(id)).length;
    if (batch.listId !== null) {
      await this.addToList(tx, batch, batch.listId, written, fresh);
    }
    const saidSo = rows.filter((row) => row.optedOut).map(({ phone }) => phone);
    const optedOut = await this.optOut(tx, batch, saidSo);
    if (batch.consent) {
      await this.consents.grantByLine(tx, batch.tenantId, [...fresh], batch.consent, batch.now);
    }
    // An opt-out alone is a change, too; of a row that repeats a line it is the change of the row before.
    const writtenLines = new Set(written.map(({ line }) => line));
    const onlyOptedOut = optedOut.filter((line) => fresh.has(line) && !writtenLines.has(line)).length;
    return {
      created,
      updated: written.length - created + onlyOptedOut,
      unchanged: contacts.length - written.length - onlyOptedOut,
      duplicate: rows.length - contacts.length,
    };
  }

  /**
   * Opts out whom a row says to have, also one that is rejected, repeats a line or meets a contact that is left alone:
   * nothing else about a person matters as much. Returns the lines of those who were not opted out before.
   */
  private async optOut(tx: Tx, batch: ImportBatch, phones: readonly string[]): Promise<string[]> {
    const { tenantId, now, fileName } = batch;
    const lines = phones.map(lineOf);
    if (lines.length === 0) return [];
    const optedOut = await this.contacts.optOutLines(tx, tenantId, [...new Set(lines)], 'import', now);
    const consents = optedOut.map(({ id }) => ({
      contactId: id,
      kind: 'withdrawn' as const,
      source: 'import',
      proof: fileName,
      at: now,
    }));
    await this.consents.add(tx, tenantId, consents, now);
    return optedOut.map(({ line }) => line);
  }

  /**
   * Opts out whom a rejected row says to have. One who is no contact is suppressed: another row or file would make one of
   * the number, and know nothing of it.
   */
  private async optOutRejected(tx: Tx, batch: ImportBatch, rejected: readonly RejectedRow[]): Promise<void> {
    const phones = rejected.flatMap(({ optedOut }) => optedOut ?? []);
    if (phones.length === 0) return;
    await this.optOut(tx, batch, phones);
    const rows = phones.map((phone) => ({ id: newId(), phone }));
    await this.suppressions.addStrangers(tx, batch.tenantId, rows, REJECTED_OPT_OUT, batch.now);
  }

  /**
   * Locks the contacts of a batch that opts somebody out, all at once and in the order of the lines: contacts are written
   * and opted out one after the other, so that each by itself in that order would let two imports wait for each other.
   */
  private async lockContacts(tx: Tx, tenantId: string, rows: ImportBatch['rows']): Promise<void> {
    if (!rows.some(({ optedOut }) => optedOut)) return;
    const phones = rows.flatMap((row) => (row.kind === 'contact' ? row.phone : (row.optedOut ?? [])));
    await this.contacts.lockLines(tx, tenantId, [...new Set(phones.map(lineOf))]);
  }

  /** Most contacts of a file are new, and their ids known: only the others have to be looked up. */
  private async addToList(
    tx: Tx,
    { tenantId, now }: ImportBatch,
    listId: string,
    written: readonly { id: string; line: string }[],
    lines: ReadonlySet<string>,
  ): Promise<void> {
    const known = new Set(written.map(({ line }) => line));
    const others = [...lines].filter((line) => !known.has(line));
    await this.lists.addWritten(
      tx,
      tenantId,
      listId,
      written.map(({ id }) => id),
      now,
    );
    if (others.length > 0) await this.lists.addLines(tx, tenantId, listId, others, now);
  }

  /** Those of the lines that no earlier batch of this import has met. */
  private async unmet(tx: Tx, batch: ImportBatch, lines: string[]): Promise<Set<string>> {
    const rows: { line: string }[] = await tx.query(
      `INSERT INTO import_phones (import_id, line, tenant_id)
       SELECT $1, line, $3 FROM unnest($2::text[]) AS line
       ON CONFLICT DO NOTHING RETURNING line`,
      [batch.importId, lines, batch.tenantId],
    );
    return new Set(rows.map(({ line }) => line));
  }

  /** Returns their bytes. Without room for them, one row says so in their place. */
  private async writeRejections(tx: Tx, batch: ImportBatch, rejected: RejectedRow[]): Promise<number> {
    const [first] = rejected;
    if (!first) return 0;
    const used = await usageOf(tx, batch.tenantId, 'imports');
    const fits = used + bytesOf(rejected) <= batch.quotaBytes;
    const rows = fits ? rejected : [{ ...first, reason: notKept(rejected.length), cells: [] }];
    await tx.query(
      `INSERT INTO import_rejections (import_id, tenant_id, line, reason, cells)
       SELECT $1, $2, line, reason, cells
       FROM unnest($3::integer[], $4::text[], $5::jsonb[]) AS rejected (line, reason, cells)`,
      [
        batch.importId,
        batch.tenantId,
        rows.map(({ line }) => line),
        rows.map(({ reason }) => reason),
        rows.map(({ cells }) => JSON.stringify(cells)),
      ],
    );
    return bytesOf(rows);
  }
}

/** What a row takes up besides its text. */
const ROW_BYTES = 64;

function bytesOf(rows: readonly RejectedRow[]): number {
  return rows.reduce(
    (sum, { reason, cells }) =>
      sum + ROW_BYTES + Buffer.byteLength(reason) + Buffer.byteLength(JSON.stringify(cells)),
    0,
  );
}

function notKept(rows: number): string {
  return (
    `From here on ${rows} rejected rows are not kept, because files and rejected rows take up all they may ` +
    '(IMPORT_QUOTA_BYTES). Delete old imports with DELETE /api/imports/:id.'
  );
}

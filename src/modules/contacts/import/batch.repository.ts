import type { Database, Tx } from '../../../db/index.js';
import { newId } from '../../../lib/ids.js';
import { lineOf } from '../../../lib/phone-line.js';
import type { AttributeNames } from '../attribute-names.js';
import { ConsentRepository } from '../consent/consent.repository.js';
import { changeUsage, usageOf } from '../../tenants/index.js';
import { ContactUpsertRepository, type ContactRow } from '../contact-upsert.repository.js';
import { People } from '../merge/people.js';
import { MAX_ATTRIBUTES_LENGTH } from '../core/attributes.js';
import { ListRepository } from '../list.repository.js';
import { FurtherIdentities } from './further-identities.js';
import { optedOutLines, optOutKnown } from './batch-opt-outs.js';
import type { ImportedContact, RejectedRow } from './core/rows.js';

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

/** Writes batches of rows and everything that is counted about them. */
export class ImportBatchRepository {
  private readonly contacts: ContactUpsertRepository;
  private readonly people = new People();
  private readonly further = new FurtherIdentities();
  private readonly lists = new ListRepository();
  private readonly consents = new ConsentRepository();

  constructor(names?: AttributeNames) {
    this.contacts = new ContactUpsertRepository(names);
  }

  /** Opts out people first, then writes the rows, each in a transaction. False when the import has ended. */
  async write(database: Pick<Database, 'transaction'>, batch: ImportBatch): Promise<boolean> {
    const optedOut = batch.rows.some((row) => row.optedOut)
      ? await database.transaction((tx) => this.optOut(tx, batch))
      : new Set<string>();
    return database.transaction((tx) => this.commit(tx, batch, optedOut));
  }

  private async optOut(tx: Tx, batch: ImportBatch): Promise<Set<string>> {
    const rows = await this.openRows(tx, batch);
    return rows ? optOutKnown(tx, { ...batch, rows }) : new Set();
  }

  /**
   * Commits the rows that are not committed yet, in one transaction with what is counted about them. `optedOut`: the lines
   * that were opted out for it. False when the import has ended.
   */
  private async commit(tx: Tx, batch: ImportBatch, optedOut: ReadonlySet<string>): Promise<boolean> {
    const rows = await this.openRows(tx, batch);
    if (!rows) return false;
    if (rows.length === 0) return true;
    const { beyond, ...counts } = await this.writeContacts(
      tx,
      batch,
      rows.filter((row) => row.kind === 'contact'),
      { said: optedOutLines(rows), before: optedOut },
    );
    const rejected = [...rows.filter((row) => row.kind === 'rejected'), ...beyond];
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

  /**
   * The rows of a batch that are not committed yet: `rows_done`, read under the import's row lock, says which, so a
   * repeated delivery of the job, or two at once, count every row once. Undefined when the import has ended.
   */
  private async openRows(tx: Tx, batch: ImportBatch): Promise<ImportBatch['rows'] | undefined> {
    const rowsDone = await this.lockRunning(tx, batch);
    if (rowsDone === undefined) return undefined;
    if (rowsDone < batch.firstRow) {
      throw new Error(
        `Import ${batch.importId} has ${rowsDone} rows; a batch starts behind ${batch.firstRow}.`,
      );
    }
    return batch.rows.slice(rowsDone - batch.firstRow);
  }

  private async lockRunning(tx: Tx, batch: ImportBatch): Promise<number | undefined> {
    const [row]: { rows_done: number }[] = await tx.query(
      `SELECT rows_done FROM imports WHERE tenant_id = $1 AND id = $2 AND status = 'running' FOR UPDATE`,
      [batch.tenantId, batch.importId],
    );
    return row?.rows_done;
  }

  /** `said`: the lines of which a row says that they opted out; `before`: those that were opted out for this batch. */
  private async writeContacts(
    tx: Tx,
    batch: ImportBatch,
    rows: ImportedContact[],
    { said, before }: { said: ReadonlySet<string>; before: ReadonlySet<string> },
  ): Promise<Counts & { beyond: RejectedRow[] }> {
    // The first row of a line counts, later ones repeat it.
    const first = new Map<string, ImportedContact>();
    for (const row of rows) {
      const line = lineOf(row.phone);
      if (!first.has(line)) first.set(line, row);
    }
    const fresh = await this.unmet(tx, batch, [...first.keys()]);
    const contacts = [...first]
      .filter(([line]) => fresh.has(line))
      .map(([line, { phone, name, attributes, tags }]) => ({
        id: newId(),
        address: phone,
        name,
        attributes,
        tags,
        optOutSource: said.has(line) ? ('import' as const) : undefined,
      }));

    const known = new Map([...first].filter(([line, { also }]) => also !== undefined && fresh.has(line)));
    const newIds = new Set(contacts.map(({ id }) => id));
    const written = await this.contacts.upsert(tx, batch.tenantId, contacts, batch.onDuplicate, batch.now);
    const writtenLines = new Set(written.map(({ line }) => line));
    const beyond = await this.beyondLimit(tx, batch, contacts, writtenLines);
    // Nothing of a rejected row is kept but that the person opted out.
    for (const line of beyond) fresh.delete(line);
    for (const line of beyond) known.delete(line);
    await this.further.addAll(tx, batch.tenantId, known, batch.now);
    const created = written.filter(({ id }) => newIds.has(id)).length;
    if (batch.listId !== null) {
      await this.addToList(tx, batch, batch.listId, written, fresh);
    }
    const outOfThem = [...beyond].filter((line) => said.has(line));
    const saidLate = { source: 'import', proof: batch.fileName, now: batch.now };
    await this.people.optOut(
      tx,
      batch.tenantId,
      await this.people.find(tx, batch.tenantId, outOfThem),
      saidLate,
    );
    const late = written.filter(({ line, optedOutNow }) => optedOutNow && !before.has(line));
    await this.consents.add(
      tx,
      batch.tenantId,
      late.map(({ id }) => withdrawal(id, batch)),
      batch.now,
    );
    if (batch.consent) {
      await this.consents.grantByLine(tx, batch.tenantId, [...fresh], batch.consent, batch.now);
    }
    // An opt-out alone is a change, too; of a row that repeats a line it is the change of the row before.
    const onlyOptedOut = [...before].filter((line) => fresh.has(line) && !writtenLines.has(line)).length;
    return {
      created,
      updated: written.length - created + onlyOptedOut,
      unchanged: contacts.length - written.length - onlyOptedOut - beyond.size,
      duplicate: rows.length - contacts.length,
      beyond: [...beyond].map((line) => beyondRow(first.get(line))),
    };
  }

  /** The lines that `upsert` left alone because of their attributes. */
  private async beyondLimit(
    tx: Tx,
    { tenantId, onDuplicate }: ImportBatch,
    contacts: readonly ContactRow[],
    written: ReadonlySet<string>,
  ): Promise<Set<string>> {
    if (onDuplicate === 'skip') return new Set();
    const left = contacts.filter(({ address }) => !written.has(lineOf(address)));
    return this.contacts.beyondLimit(tx, tenantId, left);
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

function beyondRow(row: ImportedContact | undefined): RejectedRow {
  if (!row?.source) throw new Error('A row without attributes was too long.');
  const reason =
    `with the attributes it has already, the contact would have more than ${MAX_ATTRIBUTES_LENGTH} characters of them; ` +
    'leave some columns out, or remove attributes of the contact first';
  return { kind: 'rejected', ...row.source, reason };
}

function withdrawal(contactId: string, { fileName, now }: ImportBatch) {
  return { contactId, kind: 'withdrawn' as const, source: 'import', proof: fileName, at: now };
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

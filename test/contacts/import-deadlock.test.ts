import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Tx } from '../../src/db/index.js';
import { newId } from '../../src/lib/ids.js';
import { ImportBatchRepository } from '../../src/modules/contacts/import/batch.repository.js';
import { waitFor } from '../support/wait-for.js';
import { ImportHarness } from './import-harness.js';

let harness: ImportHarness;
beforeAll(async () => {
  harness = await ImportHarness.create();
});
afterAll(() => harness.close());

const FIRST = '+5511987654321';
const LAST = '+5511987654329';

/** A batch that writes one contact and opts out another, which an earlier batch has met. */
async function batchOf(tenantId: string, written: string, optedOut: string) {
  const service = harness.service();
  const importId = await harness.upload(service, tenantId, 'phone\n+5511987654321\n');
  const { manager } = harness.test.database;
  await manager.query(`UPDATE imports SET status = 'running' WHERE id = $1`, [importId]);
  await manager.query('INSERT INTO import_phones (import_id, line, tenant_id) VALUES ($1, $2, $3)', [
    importId,
    optedOut,
    tenantId,
  ]);
  const row = { kind: 'contact' as const, name: newId(), attributes: {}, tags: [] };
  return {
    tenantId,
    importId,
    listId: null,
    onDuplicate: 'update' as const,
    fileName: 'contacts.csv',
    firstRow: 0,
    rows: [
      { ...row, phone: written, optedOut: false },
      { ...row, phone: optedOut, optedOut: true },
    ],
    progress: 50,
    quotaBytes: 1_000_000,
    now: new Date(),
  };
}

/** Transactions that wait for a lock of another one. */
async function waiting(): Promise<number> {
  const [row]: { count: number }[] = await harness.test.database.manager.query(
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return row?.count ?? 0;
}

/** Begins one after the other while the tenant's contacts are locked, so that none is done before all have begun. */
async function whileLocked(tenantId: string, begin: (() => Promise<boolean>)[]): Promise<boolean[]> {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  let holder: Promise<void> | undefined;
  await new Promise<void>((isHeld, reject) => {
    holder = harness.test.database.transaction(async (tx: Tx) => {
      await tx.query('SELECT FROM contacts WHERE tenant_id = $1 FOR UPDATE', [tenantId]);
      isHeld();
      await released;
    });
    holder.catch(reject);
  });
  const begun: Promise<boolean>[] = [];
  for (const [index, start] of begin.entries()) {
    begun.push(start());
    await waitFor(async () => (await waiting()) === index + 1);
  }
  release();
  await holder;
  return Promise.all(begun);
}

it('two imports that write and opt out the same people the other way round do not wait for each other', async () => {
  const tenantId = await harness.test.createTenant();
  await harness.run(`phone\n${FIRST}\n${LAST}\n`, { tenantId });
  const { database } = harness.test;
  const batches = new ImportBatchRepository();
  const one = await batchOf(tenantId, LAST, FIRST);
  const other = await batchOf(tenantId, FIRST, LAST);
  const commits = await whileLocked(tenantId, [
    () => batches.write(database, one),
    () => batches.write(database, other),
  ]);
  expect(commits).toEqual([true, true]);
  const contacts: { optedOut: boolean }[] = await database.manager.query(
    `SELECT opted_out_at IS NOT NULL AS "optedOut" FROM contacts WHERE tenant_id = $1`,
    [tenantId],
  );
  expect(contacts).toEqual([{ optedOut: true }, { optedOut: true }]);
});

it('an import that opts out and one that does not, of the same old and new people, do not wait for each other', async () => {
  const tenantId = await harness.test.createTenant();
  await harness.run(`phone\n${LAST}\n`, { tenantId });
  const { database } = harness.test;
  const batches = new ImportBatchRepository();
  // The new one comes first in the order of the lines: written, it is locked before the old one.
  const optsOut = await batchOf(tenantId, FIRST, LAST);
  const plain = await batchOf(tenantId, FIRST, LAST);
  const rows = plain.rows.map((row) => ({ ...row, optedOut: false }));
  await database.manager.query('DELETE FROM import_phones WHERE import_id = $1', [plain.importId]);
  const commits = await whileLocked(tenantId, [
    () => batches.write(database, optsOut),
    () => batches.write(database, { ...plain, rows }),
  ]);
  expect(commits).toEqual([true, true]);
  const contacts: { phone: string; optedOut: boolean }[] = await database.manager.query(
    `SELECT phone, opted_out_at IS NOT NULL AS "optedOut" FROM contacts WHERE tenant_id = $1 ORDER BY phone`,
    [tenantId],
  );
  expect(contacts).toEqual([
    { phone: FIRST, optedOut: false },
    { phone: LAST, optedOut: true },
  ]);
});

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

it('two imports that write and opt out the same people the other way round do not wait for each other', async () => {
  const tenantId = await harness.test.createTenant();
  await harness.run(`phone\n${FIRST}\n${LAST}\n`, { tenantId });
  const { database } = harness.test;
  const batches = new ImportBatchRepository();
  const one = await batchOf(tenantId, LAST, FIRST);
  const other = await batchOf(tenantId, FIRST, LAST);
  /** Transactions that wait for a lock of another one. */
  const waiting = async (): Promise<number> => {
    const [row]: { count: number }[] = await database.manager.query(
      `SELECT count(*)::int AS count FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return row?.count ?? 0;
  };
  // Both begin while their first rows are locked, so that neither is done before the other has begun.
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  let holder: Promise<void> | undefined;
  await new Promise<void>((isHeld, reject) => {
    holder = database.transaction(async (tx: Tx) => {
      await tx.query('SELECT FROM contacts WHERE tenant_id = $1 FOR UPDATE', [tenantId]);
      isHeld();
      await released;
    });
    holder.catch(reject);
  });
  const commits = [one, other].map((batch) => database.transaction((tx) => batches.commit(tx, batch)));
  await waitFor(async () => (await waiting()) === 2);
  release();
  await holder;
  expect(await Promise.all(commits)).toEqual([true, true]);
  const contacts: { optedOut: boolean }[] = await database.manager.query(
    `SELECT opted_out_at IS NOT NULL AS "optedOut" FROM contacts WHERE tenant_id = $1`,
    [tenantId],
  );
  expect(contacts).toEqual([{ optedOut: true }, { optedOut: true }]);
});

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { importProgress, presentImport, type ImportService } from '../../src/modules/contacts/index.js';
import { brazilian, counts, ImportHarness } from './import-harness.js';

let harness: ImportHarness;
beforeAll(async () => {
  harness = await ImportHarness.create();
});
afterAll(() => harness.close());

const running = { signal: new AbortController().signal };
const small = { batchRows: 10 };

/** 100 rows: 60 numbers, 30 of them twice or more, and 10 bad ones spread among them. */
const FILE = [
  'phone,name',
  ...Array.from({ length: 100 }, (_, row) =>
    row % 10 === 9 ? `bad,${row}` : `${brazilian(row % 60)},${row}`,
  ),
].join('\n');
const EXPECTED = counts({ created: 54, duplicate: 36, invalid: 10 });

it('a crash in the middle of a batch is resumed behind the committed rows, with exact counts', async () => {
  const tenantId = await harness.test.createTenant();
  const service = harness.service(small);
  const importId = await harness.upload(service, tenantId, FILE);
  for (const commits of [1, 0, 3, 2]) {
    await failCommitsAfter(tenantId, commits);
    await expect(service.handleImport({ tenantId, importId }, running)).rejects.toThrow('pulled the plug');
  }
  const half = presentImport(await service.get(tenantId, importId));
  expect(half).toMatchObject({ status: 'running', counts: { rows: 60 } });
  await access(join(harness.filesDir, importId));

  await failCommitsAfter(tenantId, undefined);
  // A restarted process may be configured differently.
  await harness.service({ batchRows: 7 }).handleImport({ tenantId, importId }, running);
  await expectComplete(service, tenantId, importId);
});

it('an import whose job fails for the last time ends with a reason, and keeps what is written', async () => {
  const tenantId = await harness.test.createTenant();
  const service = harness.service(small);
  const importId = await harness.upload(service, tenantId, FILE);
  await failCommitsAfter(tenantId, 2);
  await expect(service.handleImport({ tenantId, importId }, running)).rejects.toThrow('pulled the plug');
  await service.handleExhausted({ tenantId, importId }, 'failed');
  await failCommitsAfter(tenantId, undefined);
  expect(await service.get(tenantId, importId)).toMatchObject({
    status: 'failed',
    error: expect.stringContaining('An error inside Starling'),
    rowsDone: 20,
  });
  expect(await service.handleImport({ tenantId, importId }, running)).toEqual({ kind: 'done' });
});

it('an import that killed its process too often ends with that reason, also before its first row', async () => {
  const tenantId = await harness.test.createTenant();
  const service = harness.service(small);
  const importId = await harness.upload(service, tenantId, FILE);
  const { manager } = harness.test.database;
  expect(await importProgress(manager, tenantId, importId)).toBe('0');
  await service.handleExhausted({ tenantId, importId }, 'died');
  expect(await importProgress(manager, tenantId, importId)).toBeUndefined();
  expect(presentImport(await service.get(tenantId, importId))).toMatchObject({
    status: 'failed',
    error: expect.stringContaining('three times the process that worked on it broke down'),
  });
  await expect(access(join(harness.filesDir, importId))).rejects.toThrow('ENOENT');
});

it('a stopping process hands the rest of the file back and loses nothing', async () => {
  const tenantId = await harness.test.createTenant();
  const service = harness.service(small);
  const importId = await harness.upload(service, tenantId, FILE);
  const stopping = { signal: AbortSignal.abort() };
  expect(await service.handleImport({ tenantId, importId }, stopping)).toMatchObject({ kind: 'runAgain' });
  expect(await service.get(tenantId, importId)).toMatchObject({ status: 'running', rowsDone: 0 });
  expect(await service.handleImport({ tenantId, importId }, running)).toEqual({ kind: 'done' });
  await expectComplete(service, tenantId, importId);
});

it('a file is refused for its length only once the rows before are written', async () => {
  const tenantId = await harness.test.createTenant();
  const service = harness.service({ batchRows: 10, maxRows: 25 });
  const people = Array.from({ length: 30 }, (_, row) => `${brazilian(row)},${row}`);
  const importId = await harness.upload(service, tenantId, ['phone,name', ...people].join('\n'));
  // The last batch fails while the row behind it is being read.
  await failCommitsAfter(tenantId, 2);
  await expect(service.handleImport({ tenantId, importId }, running)).rejects.toThrow('pulled the plug');
  expect(await service.get(tenantId, importId)).toMatchObject({ status: 'running', rowsDone: 20 });

  await failCommitsAfter(tenantId, undefined);
  await service.handleImport({ tenantId, importId }, running);
  expect(await service.get(tenantId, importId)).toMatchObject({ status: 'failed', created: 25 });
});

it('three deliveries of the job at once count every row once', async () => {
  const tenantId = await harness.test.createTenant();
  const service = harness.service(small);
  const importId = await harness.upload(service, tenantId, FILE);
  const sizes = [10, 7, 25];
  await Promise.all(
    sizes.map((batchRows) => harness.service({ batchRows }).handleImport({ tenantId, importId }, running)),
  );
  await expectComplete(service, tenantId, importId);
});

it('a delivery after the end changes nothing', async () => {
  const tenantId = await harness.test.createTenant();
  const service = harness.service(small);
  const importId = await harness.upload(service, tenantId, FILE);
  await service.handleImport({ tenantId, importId }, running);
  const before = await service.get(tenantId, importId);
  expect(await service.handleImport({ tenantId, importId }, running)).toEqual({ kind: 'done' });
  expect(await service.get(tenantId, importId)).toEqual(before);
});

it('two imports of the same people at once do not block each other', async () => {
  const tenantId = await harness.test.createTenant();
  const service = harness.service(small);
  const rows = Array.from({ length: 200 }, (_, row) => `${brazilian(row)},${row}`);
  const forward = await harness.upload(service, tenantId, ['phone,name', ...rows].join('\n'));
  const backward = await harness.upload(service, tenantId, ['phone,name', ...rows.toReversed()].join('\n'));
  await Promise.all(
    [forward, backward].map((importId) => service.handleImport({ tenantId, importId }, running)),
  );
  const results = await Promise.all([forward, backward].map((id) => service.get(tenantId, id)));
  expect(results.map(({ status }) => status)).toEqual(['completed', 'completed']);
  expect(results.reduce((sum, { created }) => sum + created, 0)).toBe(200);
  expect(await harness.contactsOf(tenantId)).toHaveLength(200);
});

it('unfinished imports are queued again after the queue was lost', async () => {
  const tenantId = await harness.test.createTenant();
  const service = harness.service(small);
  const importId = await harness.upload(service, tenantId, FILE);
  harness.jobs.length = 0;
  await service.resumeUnfinished();
  expect(harness.jobs).toContainEqual({ tenantId, importId });
  await service.handleImport({ tenantId, importId }, running);
  harness.jobs.length = 0;
  await service.resumeUnfinished();
  expect(harness.jobs).not.toContainEqual({ tenantId, importId });
});

it("another tenant's import is not there", async () => {
  const tenantId = await harness.test.createTenant();
  const stranger = await harness.test.createTenant();
  const service = harness.service(small);
  const importId = await harness.upload(service, tenantId, FILE);
  await expect(service.get(stranger, importId)).rejects.toMatchObject({ kind: 'not_found' });
  await expect(service.rejectedRows(stranger, importId)).rejects.toMatchObject({ kind: 'not_found' });
  expect((await service.list(stranger, { limit: 10 })).items).toEqual([]);
  await service.handleImport({ tenantId: stranger, importId }, running);
  expect(await service.get(tenantId, importId)).toMatchObject({ status: 'queued', rowsDone: 0 });
  expect((await service.list(tenantId, { limit: 10 })).items).toMatchObject([{ id: importId }]);
});

async function expectComplete(service: ImportService, tenantId: string, importId: string): Promise<void> {
  const done = presentImport(await service.get(tenantId, importId));
  expect(done).toMatchObject({ status: 'completed', counts: EXPECTED });
  const contacts = await harness.contactsOf(tenantId);
  // The first row of a number is the one that counts.
  expect(contacts).toHaveLength(EXPECTED.created);
  expect(contacts.every(({ phone, name }) => phone === brazilian(Number(name)))).toBe(true);
  const errors = await harness.errorsOf(service, tenantId, importId);
  expect(errors.match(/letters/g)).toHaveLength(EXPECTED.invalid);
  await expect(access(join(harness.filesDir, importId))).rejects.toThrow('ENOENT');
  // Its numbers are kept: they are an audience for campaigns.
  const kept = await harness.test.database.manager.query(
    'SELECT count(*)::int AS count FROM import_phones WHERE import_id = $1',
    [importId],
  );
  expect(kept).toEqual([{ count: EXPECTED.created }]);
}

/** Lets the tenant's import commit that many batches and then fails in the middle of the next transaction. */
async function failCommitsAfter(tenantId: string, commits: number | undefined): Promise<void> {
  const { manager } = harness.test.database;
  await manager.query('DROP TRIGGER IF EXISTS pull_the_plug ON imports');
  if (commits === undefined) return;
  const [row]: { rows: number }[] = await manager.query(
    'SELECT rows_done AS rows FROM imports WHERE tenant_id = $1',
    [tenantId],
  );
  await manager.query(`
    CREATE OR REPLACE FUNCTION pull_the_plug() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'pulled the plug'; END $$`);
  await manager.query(`
    CREATE TRIGGER pull_the_plug BEFORE UPDATE OF rows_done ON imports FOR EACH ROW
    WHEN (NEW.tenant_id = '${tenantId}' AND NEW.rows_done > ${(row?.rows ?? 0) + commits * small.batchRows})
    EXECUTE FUNCTION pull_the_plug()`);
}

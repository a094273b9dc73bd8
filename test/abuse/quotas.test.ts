import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addMs, systemClock } from '../../src/lib/clock.js';
import { createLogger } from '../../src/lib/logger.js';
import { ByteBudget } from '../../src/lib/byte-budget.js';
import { IdempotencyService } from '../../src/modules/auth/index.js';
import { CampaignParts } from '../../src/modules/content/index.js';
import { DiskMediaStore, MediaService, RemoteFiles } from '../../src/modules/media/index.js';
import { ImportHarness } from '../contacts/import-harness.js';
import { listen, type FarSide } from '../media/far-side.js';
import { fileOf } from '../media/support.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

const usage = async (tenantId: string, kind: string): Promise<number> => {
  const [row] = await db.database.manager.query(
    'SELECT bytes::int AS bytes FROM tenant_usage WHERE tenant_id = $1 AND kind = $2',
    [tenantId, kind],
  );
  return row?.bytes ?? 0;
};

describe('the files of a tenant', () => {
  const KILOBYTE = 1_024;
  let folder: string;
  let media: MediaService;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'starling-quota-'));
    media = new MediaService({
      database: db.database,
      store: new DiskMediaStore(folder),
      remote: { fetch: () => Promise.reject(new Error('Nothing is fetched here.')) },
      clock: systemClock,
      quotaBytes: 10 * KILOBYTE,
    });
  });
  afterAll(() => rm(folder, { recursive: true }));

  const add = async (tenantId: string, letter: string, bytes: number, originalName = 'note.txt') =>
    media.add(tenantId, { path: await fileOf(letter.repeat(bytes)), originalName });
  const stored = async (): Promise<number> =>
    (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
      .length;

  it('have a limit, that also those who come at the same time cannot pass', async () => {
    const tenantId = await db.createTenant();
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c', 'd', 'e'].map((letter) => add(tenantId, letter, 4 * KILOBYTE)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(await usage(tenantId, 'media')).toBe(8 * KILOBYTE);
    expect(await stored()).toBe(2);
  });

  it('are refused with the limit and how to make room, and deleting one makes it', async () => {
    const tenantId = await db.createTenant();
    const first = await add(tenantId, 'f', 9 * KILOBYTE);
    await expect(add(tenantId, 'g', 2 * KILOBYTE)).rejects.toMatchObject({
      kind: 'not_possible',
      code: 'storage_quota',
      message: expect.stringMatching(/11 kB.*10 kB \(MEDIA_QUOTA_BYTES\).*DELETE \/api\/media\/:id/),
    });
    expect(await add(tenantId, 'f', 9 * KILOBYTE)).toMatchObject({ id: first.id });
    await media.remove(tenantId, first.id);
    expect(await usage(tenantId, 'media')).toBe(0);
    await add(tenantId, 'g', 2 * KILOBYTE);
    await add(await db.createTenant(), 'f', 9 * KILOBYTE);
  });
});

describe('the files that one request fetches', () => {
  const SIZE = 3_000;
  let site: FarSide;
  let sent = 0;
  let tempDir: string;
  let remote: RemoteFiles;
  beforeAll(async () => {
    tempDir = await mkdtemp(join(tmpdir(), 'starling-fetched-'));
    site = await listen((request, response) => {
      sent += 1;
      response.end(Buffer.alloc(SIZE, request.url ?? ''));
    });
    remote = new RemoteFiles({ tempDir, mayConnect: () => true, maxBytes: 10 * SIZE });
  });
  afterAll(async () => {
    await site.close();
    await rm(tempDir, { recursive: true });
  });

  it('may have so many bytes together; what is beyond is refused and leaves nothing', async () => {
    const budget = new ByteBudget(2 * SIZE + 10);
    const results = [];
    for (const path of ['/a', '/b', '/c']) results.push(await remote.fetch(site.url + path, { budget }));
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false]);
    expect(results[2]).toMatchObject({
      reason: expect.stringMatching(/5\.9 kB together \(REQUEST_MEDIA_MAX_BYTES\).*divide the request/),
    });
    expect(await readdir(tempDir)).toHaveLength(2);
  });

  it('are counted over all its parts, and each URL once', async () => {
    const tenantId = await db.createTenant();
    const folder = await mkdtemp(join(tmpdir(), 'starling-quota-'));
    const store = new DiskMediaStore(folder);
    const media = new MediaService({ database: db.database, store, remote, clock: systemClock });
    const parts = new CampaignParts({
      requestBytes: 2 * SIZE,
      find: (tenant, id) => media.find(tenant, id),
      fetch: (tenant, url, { budget }) => media.addFromUrl(tenant, url, { kind: 'document', budget }),
      lockFiles: (tx, tenant, ids) => media.lockFiles(tx, tenant, ids),
    });
    const draft = (path: string) => ({
      part: { type: 'document' as const, mediaId: '' },
      file: { path: 'mediaUrl', mediaUrl: site.url + path },
    });
    const known = parts.filesOfRequest();
    sent = 0;
    await parts.withFiles(tenantId, [draft('/x'), draft('/y')], known);
    await parts.withFiles(tenantId, [draft('/x')], known);
    expect(sent).toBe(2);
    await expect(parts.withFiles(tenantId, [draft('/z')], known)).rejects.toMatchObject({
      code: 'media_unavailable',
      errors: [{ path: 'mediaUrl', message: expect.stringContaining('REQUEST_MEDIA_MAX_BYTES') }],
    });
    // Another request has its own.
    await parts.withFiles(tenantId, [draft('/z')]);
    await rm(folder, { recursive: true });
  });
});

describe('the imports of a tenant', () => {
  let harness: ImportHarness;
  beforeAll(async () => {
    harness = await ImportHarness.create();
  });
  afterAll(() => harness.close());

  const rows = (count: number): string =>
    ['phone', ...Array.from({ length: count }, (_, row) => `no number ${row}`)].join('\n');
  const keptBytes = async (tenantId: string): Promise<number> => {
    const [row] = await harness.test.database.manager.query(
      `SELECT bytes::int AS bytes FROM tenant_usage WHERE tenant_id = $1 AND kind = 'imports'`,
      [tenantId],
    );
    return row?.bytes ?? 0;
  };
  const running = (tenantId: string, importId: string) =>
    [{ tenantId, importId }, { signal: new AbortController().signal }] as const;

  it('wait within a limit, that also those who come at the same time cannot pass', async () => {
    const tenantId = await harness.test.createTenant();
    const file = 'phone\n'.padEnd(1_000, '+5511981000001\n');
    const service = harness.service({ quotaBytes: 2_500 });
    const outcomes = await Promise.allSettled(
      [1, 2, 3, 4].map(() => harness.upload(service, tenantId, file)),
    );
    const accepted = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
    expect(accepted).toHaveLength(2);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: {
        code: 'storage_quota',
        message: expect.stringMatching(/2\.4 kB \(IMPORT_QUOTA_BYTES\).*DELETE \/api\/imports\/:id/),
      },
    });
    expect(await keptBytes(tenantId)).toBe(2_000);
    expect(await readdir(harness.filesDir)).toHaveLength(2);
    await service.handleImport(...running(tenantId, accepted[0] ?? ''));
    await harness.upload(service, tenantId, file);
  });

  it('keep rejected rows as long as there is room, and count all of them', async () => {
    const tenantId = await harness.test.createTenant();
    const service = harness.service({ quotaBytes: 60_000, batchRows: 100 });
    const importId = await harness.upload(service, tenantId, rows(1_000));
    await expect(service.remove(tenantId, importId)).rejects.toMatchObject({ code: 'import_under_way' });
    await service.handleImport(...running(tenantId, importId));
    expect(await service.get(tenantId, importId)).toMatchObject({ status: 'completed', invalid: 1_000 });
    const errors = await harness.errorsOf(service, tenantId, importId);
    const kept = errors.match(/no number/g)?.length ?? 0;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(1_000);
    expect(errors).toContain('IMPORT_QUOTA_BYTES');
    expect(await keptBytes(tenantId)).toBeLessThan(65_000);
    await service.remove(tenantId, importId);
    expect(await keptBytes(tenantId)).toBe(0);
    await expect(service.get(tenantId, importId)).rejects.toMatchObject({ code: 'import_not_found' });
  });
});

describe('the kept answers of a tenant', () => {
  const logger = createLogger('silent');
  const serviceOf = (quotaBytes: number, now = () => systemClock.now()): IdempotencyService =>
    new IdempotencyService({ database: db.database, clock: { now }, logger, quotaBytes });
  const body = { data: 'x'.repeat(1_000) };
  const bytes = JSON.stringify(body).length;
  const keptBytes = async (tenantId: string): Promise<{ counted: number; stored: number }> => {
    const [row] = await db.database.manager.query(
      `SELECT (SELECT coalesce(sum(bytes), 0)::int FROM kept_answer_bytes WHERE tenant_id = $1) AS counted,
              (SELECT coalesce(sum(response_bytes), 0)::int FROM idempotency_keys WHERE tenant_id = $1) AS stored`,
      [tenantId],
    );
    return row;
  };
  const answer = async (service: IdempotencyService, tenantId: string, key: string): Promise<string> => {
    const outcome = await service.begin(tenantId, key, 'the request');
    if (outcome.kind === 'claimed') await service.keep(outcome.claim, { status: 201, body });
    return outcome.kind;
  };

  it('have a limit: a new key is refused, a known one is answered, another tenant goes on', async () => {
    const [tenantId, other] = [await db.createTenant(), await db.createTenant()];
    const service = serviceOf(3 * bytes);
    for (const key of ['one', 'two', 'three']) expect(await answer(service, tenantId, key)).toBe('claimed');
    await expect(answer(service, tenantId, 'four')).rejects.toMatchObject({
      kind: 'too_many',
      code: 'answers_quota',
      retryAfterSeconds: expect.any(Number),
      message: expect.stringMatching(/IDEMPOTENCY_QUOTA_BYTES.*without a key/),
    });
    expect(await answer(service, tenantId, 'two')).toBe('answered');
    expect(await answer(service, other, 'four')).toBe('claimed');
  });

  it('are counted as they are stored, however many come at once, repeat or end', async () => {
    const tenantId = await db.createTenant();
    let now = systemClock.now();
    const service = serviceOf(1_000 * bytes, () => now);
    const keys = Array.from({ length: 40 }, (_, index) => `key ${index}`);
    await Promise.all(keys.map((key) => answer(service, tenantId, key)));
    expect(await keptBytes(tenantId)).toEqual({ counted: 40 * bytes, stored: 40 * bytes });
    // The day after: one key is taken anew and let go, the others are forgotten.
    now = addMs(now, 25 * 60 * 60_000);
    const again = await service.begin(tenantId, 'key 1', 'the request');
    if (again.kind === 'claimed') await service.release(again.claim);
    expect(await keptBytes(tenantId)).toEqual({ counted: 0, stored: 0 });
    await db.database.manager.query('DELETE FROM tenants WHERE id = $1', [tenantId]);
    expect(await keptBytes(tenantId)).toEqual({ counted: 0, stored: 0 });
  });
});

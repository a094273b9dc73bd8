import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addMs } from '../../src/lib/clock.js';
import { noRules } from '../../src/modules/campaigns/audience/core/audience-rules.js';
import { ImportRetention } from '../../src/modules/contacts/index.js';
import { usageOf } from '../../src/modules/tenants/index.js';
import { insertCampaign } from '../support/rows.js';
import { ImportHarness } from './import-harness.js';

const DAY_MS = 24 * 60 * 60_000;
const FILE = 'phone,name\n+5511961230001,Ana\n12,Nobody\n';

let harness: ImportHarness;
let tenantId: string;
beforeAll(async () => {
  harness = await ImportHarness.create();
});
afterAll(() => harness.close());
beforeEach(async () => {
  tenantId = await harness.test.createTenant();
});

const tomorrow = () => addMs(new Date(), DAY_MS);
const removeOld = (
  before = tomorrow(),
  { most, signal = new AbortController().signal }: { most?: number; signal?: AbortSignal } = {},
) =>
  new ImportRetention({ database: harness.test.database, filesDir: harness.filesDir }).removeOld(
    tenantId,
    before,
    signal,
    most,
  );
const importIds = async (of = tenantId) =>
  (await harness.service().list(of, { limit: 50 })).items.map(({ id }) => id);
const kept = () => usageOf(harness.test.database.manager, tenantId, 'imports');
const rowsOf = async (table: string): Promise<number> => {
  const [row] = await harness.test.database.manager.query(
    `SELECT count(*)::int AS rows FROM ${table} WHERE tenant_id = $1`,
    [tenantId],
  );
  return row.rows;
};

describe('imports that ended long ago', () => {
  it('go with their rejected rows and make room, and their contacts stay', async () => {
    const { import: done } = await harness.run(FILE, { tenantId });
    expect(done).toMatchObject({ counts: { created: 1, invalid: 1 } });
    const { tenantId: other } = await harness.run(FILE);
    expect(await kept()).toBeGreaterThan(0);

    expect(await removeOld(addMs(new Date(), -DAY_MS))).toBe(0);
    expect(await importIds()).toEqual([done.id]);
    expect(await removeOld()).toBe(1);
    expect(await removeOld()).toBe(0);

    expect(await importIds()).toEqual([]);
    expect([await rowsOf('import_rejections'), await rowsOf('import_phones'), await kept()]).toEqual([
      0, 0, 0,
    ]);
    expect(await harness.contactsOf(tenantId)).toMatchObject([{ phone: '+5511961230001' }]);
    expect(await importIds(other)).toHaveLength(1);
  });

  it('take a file with them that a crash left behind', async () => {
    const { import: done } = await harness.run(FILE, { tenantId });
    await writeFile(join(harness.filesDir, done.id), FILE);
    await removeOld();
    expect(existsSync(join(harness.filesDir, done.id))).toBe(false);
  });

  it('are no imports that wait, however old they are', async () => {
    const id = await harness.upload(harness.service(), tenantId, FILE);
    expect(await removeOld()).toBe(0);
    expect(await importIds()).toEqual([id]);
    expect(readdirSync(harness.filesDir)).toContain(id);
  });

  it('go one by one, until a run has removed enough rows or its process drains', async () => {
    for (let runs = 0; runs < 3; runs += 1) await harness.run(FILE, { tenantId });
    const [, second, third] = (await importIds()).toReversed();
    const drain = new AbortController();
    drain.abort();
    expect(await removeOld(tomorrow(), { signal: drain.signal })).toBe(0);
    expect(await removeOld(tomorrow(), { most: 1 })).toBe(1);
    expect(await importIds()).toEqual([third, second]);
    expect(await removeOld()).toBe(2);
  });

  it('stay while a recurring campaign asks who was in them', async () => {
    const { import: done } = await harness.run(FILE, { tenantId });
    const { manager } = harness.test.database;
    const campaignId = await insertCampaign(manager, tenantId, {
      status: 'scheduled',
      recurrence: { every: 'day', timeZone: 'UTC', hour: 9 } as never,
      audience: { ...noRules(), importIds: [done.id.toUpperCase()] },
    });
    expect(await removeOld()).toBe(0);
    await manager.query(`UPDATE campaigns SET status = 'stopped' WHERE id = $1`, [campaignId]);
    expect(await removeOld()).toBe(1);
  });
});

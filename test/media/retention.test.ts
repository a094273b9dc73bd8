import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addMs, systemClock } from '../../src/lib/clock.js';
import { newId } from '../../src/lib/ids.js';
import { insertSend, writtenDelivery } from '../../src/modules/delivery/index.js';
import { DiskMediaStore, MediaService } from '../../src/modules/media/index.js';
import type { Media } from '../../src/modules/media/media.entity.js';
import { usageOf } from '../../src/modules/tenants/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { insertCampaign } from '../support/rows.js';
import { fileOf } from './support.js';

const DAY_MS = 24 * 60 * 60_000;
const DAYS = 30;

let db: TestDatabase;
let media: MediaService;
let store: DiskMediaStore;
let folder: string;
let tenantId: string;

beforeAll(async () => {
  db = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'starling-media-'));
  store = new DiskMediaStore(folder);
  const remote = { fetch: () => Promise.reject(new Error('Nothing is fetched here.')) };
  media = new MediaService({ database: db.database, store, remote, clock: systemClock });
});
afterAll(async () => {
  await db.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  tenantId = await db.createTenant();
});

const ago = (days: number) => addMs(new Date(), -days * DAY_MS);
const sql = (statement: string, values: unknown[]) => db.database.manager.query(statement, values);

/** A file of its own that was last used so many days ago. */
async function fileUsed(daysAgo: number, of = tenantId): Promise<Media> {
  const file = await media.add(of, { path: await fileOf(newId()), originalName: 'note.txt' });
  await sql('UPDATE media SET used_at = $2 WHERE id = $1', [file.id, ago(daysAgo)]);
  return file;
}

async function removeUnused(signal = new AbortController().signal): Promise<number> {
  return media.removeUnusedSince(tenantId, ago(DAYS), signal);
}

const left = async (of = tenantId) => (await media.list(of, { limit: 200 })).items.map(({ id }) => id);
const documentOf = ({ id }: Media) => ({ type: 'document' as const, mediaId: id });

async function send(file: Media): Promise<string> {
  const addressee = { contactId: newId(), phone: '+5511987650001', name: null };
  const delivery = writtenDelivery(addressee, [documentOf(file)], new Date());
  const terms = { pool: { senderIds: [], senderTags: [] }, stickySender: true, minDelay: 0, maxDelay: 0 };
  const request = { id: newId(), source: 'direct', purpose: 'service', ...terms } as const;
  await insertSend(db.database.manager, tenantId, request, [delivery]);
  return delivery.id;
}

describe('files that were not used for long', () => {
  it('go with their bytes and make room; younger ones and those of others stay', async () => {
    const [old, young] = [await fileUsed(31), await fileUsed(29)];
    const other = await db.createTenant();
    const ofOther = await fileUsed(31, other);
    expect(await removeUnused()).toBe(1);
    expect(await removeUnused()).toBe(0);
    expect(await left()).toEqual([young.id]);
    expect(await left(other)).toEqual([ofOther.id]);
    expect([await store.has(old), await store.has(young), await store.has(ofOther)]).toEqual([
      false,
      true,
      true,
    ]);
    expect(await usageOf(db.database.manager, tenantId, 'media')).toBe(young.sizeBytes);
  });

  it('stay while a campaign that has not ended may send them, and for as many days after its end', async () => {
    const file = await fileUsed(31);
    const parts = [documentOf(file)];
    const campaignId = await insertCampaign(db.database.manager, tenantId, { status: 'paused', parts });
    expect(await removeUnused()).toBe(0);
    const standing = `UPDATE campaigns SET status = 'completed', completed_at = $2 WHERE id = $1`;
    await sql(standing, [campaignId, ago(29)]);
    await sql('UPDATE media SET used_at = $2 WHERE id = $1', [file.id, ago(31)]);
    expect(await removeUnused()).toBe(0);
    await sql(standing, [campaignId, ago(31)]);
    // It was in use when it was last looked at.
    expect(await removeUnused()).toBe(0);
    await sql('UPDATE media SET used_at = $2 WHERE id = $1', [file.id, ago(31)]);
    expect(await removeUnused()).toBe(1);
  });

  it('stay while a message waits that carries them', async () => {
    const file = await fileUsed(31);
    const deliveryId = await send(file);
    expect(await removeUnused()).toBe(0);
    await sql('UPDATE media SET used_at = $2 WHERE id = $1', [file.id, ago(31)]);
    await sql(`UPDATE deliveries SET state = 'sent', next_part = 1 WHERE id = $1`, [deliveryId]);
    expect(await removeUnused()).toBe(1);
  });

  it('are used again by an upload of the same, by what sends them, and at the time of a scheduled message', async () => {
    const files = [await fileUsed(31), await fileUsed(31), await fileUsed(31)] as const;
    const bytes = await fileOf('the same');
    const first = await media.add(tenantId, { path: bytes, originalName: 'same.txt' });
    await sql('UPDATE media SET used_at = $2 WHERE id = $1', [first.id, ago(31)]);
    await media.add(tenantId, { path: await fileOf('the same'), originalName: 'same.txt' });
    const later = addMs(new Date(), 90 * DAY_MS);
    await db.database.transaction((tx) => media.lockFiles(tx, tenantId, [files[0].id]));
    await db.database.transaction((tx) => media.lockFiles(tx, tenantId, [files[1].id], later));
    await db.database.transaction((tx) => media.lockFiles(tx, tenantId, [files[1].id]));
    expect(await removeUnused()).toBe(1);
    expect((await left()).toSorted()).toEqual([files[0].id, files[1].id, first.id].toSorted());
    expect((await media.get(tenantId, files[1].id)).usedAt).toEqual(later);
  });

  it('wait for a request that is just being accepted with them, and then stay', async () => {
    const file = await fileUsed(31);
    let removal: Promise<number> | undefined;
    await db.database.transaction(async (tx) => {
      await media.lockFiles(tx, tenantId, [file.id]);
      removal = removeUnused();
    });
    expect(await removal).toBe(0);
    expect(await left()).toEqual([file.id]);
  });

  it('do not keep a request waiting while another is just accepted with them', async () => {
    const file = await fileUsed(31);
    await db.database.transaction(async (tx) => {
      await media.lockFiles(tx, tenantId, [file.id]);
      const beside = await db.database.transaction((other) => media.lockFiles(other, tenantId, [file.id]));
      expect(beside).toEqual(new Set([file.id]));
    });
  });

  it('stay when the process drains', async () => {
    const file = await fileUsed(31);
    const drain = new AbortController();
    drain.abort();
    expect(await removeUnused(drain.signal)).toBe(0);
    expect(await left()).toEqual([file.id]);
  });

  it('are found by an index of when they were used', async () => {
    await sql(
      `INSERT INTO media (id, tenant_id, sha256, mime_type, size_bytes, file_name)
       SELECT gen_random_uuid(), $1, n::text, 'text/plain', 1, 'x' FROM generate_series(1, 5000) n`,
      [tenantId],
    );
    await sql('ANALYZE media', []);
    const plan: { 'QUERY PLAN': string }[] = await sql(
      `EXPLAIN SELECT id FROM media WHERE tenant_id = $1 AND used_at < $2 AND NOT provisional ORDER BY used_at LIMIT 100`,
      [tenantId, ago(DAYS)],
    );
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toMatch(/media_used/);
  });
});

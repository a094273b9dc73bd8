import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { systemClock } from '../../src/lib/clock.js';
import { insertSend, writtenDelivery } from '../../src/modules/delivery/index.js';
import { newId } from '../../src/lib/ids.js';
import { mediaLimits } from '../../src/lib/media-types.js';
import { DiskMediaStore, MediaFiles, MediaService } from '../../src/modules/media/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';
import { fileOf, jpeg, m4v, mp1, mp3, mp4, opus, pdf, png, utf16, utf32 } from './support.js';
import type { CampaignVariant } from '../../src/modules/campaigns/index.js';
import type { CampaignPart } from '../../src/modules/content/index.js';
import type { CampaignStatus } from '../../src/modules/campaigns/core/campaign-status.js';
import { insertCampaign } from '../support/rows.js';

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
  tenantId = await db.createTenant();
});
afterAll(async () => {
  await db.close();
  await rm(folder, { recursive: true });
});

async function add(bytes: Buffer | string, originalName = 'file', kind?: Parameters<MediaService['add']>[2]) {
  return media.add(tenantId, { path: await fileOf(bytes), originalName }, kind);
}

async function campaign(
  status: CampaignStatus,
  parts: CampaignPart[],
  variants: CampaignVariant[] | null = null,
): Promise<string> {
  return insertCampaign(db.database.manager, tenantId, { name: 'Spring', status, parts, variants });
}

describe('an upload', () => {
  it.each([
    ['a picture that claims to be a text', png, 'notes.txt', 'image/png'],
    ['a photo', jpeg, 'photo.jpg', 'image/jpeg'],
    ['a pdf', pdf, 'prices', 'application/pdf'],
    ['a video', mp4, 'clip.mp4', 'video/mp4'],
    ['a video as Apple writes it', m4v, 'clip.m4v', 'video/mp4'],
    ['music', mp3, 'song.mp3', 'audio/mpeg'],
    ['a voice message', opus, 'voice.ogg', 'audio/ogg; codecs=opus'],
    ['a text that claims to be a picture', 'just words, naïve ones', 'photo.png', 'text/plain'],
    ['a web page', '<!doctype html><script>alert(1)</script>', 'photo.jpg', 'text/html'],
    ['an XHTML page', '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x">\n<html>', 'x.pdf', 'text/html'],
    ['XML that is no page', '<?xml version="1.0"?><orders/>', 'orders.xml', 'application/xml'],
    ['a text that begins with a bracket', '<not a page>', 'x.txt', 'text/plain'],
    ['a page in UTF-16', utf16('<html><p>Olá 🎉</p>'), 'page.html', 'text/html'],
    ['a page in UTF-16, the other way', utf16('<html><p>Olá 🎉</p>', true), 'page.html', 'text/html'],
    ['a page in UTF-32', utf32('<html><p>Olá 🎉</p>'), 'page.html', 'text/html'],
    ['a page in UTF-32, the other way', utf32('<html><p>Olá 🎉</p>', true), 'page.html', 'text/html'],
    ['a page in UTF-16 without a mark', utf16('<html><p>Olá 🎉</p>').subarray(2), 'page.html', 'text/html'],
    ['a page behind a mark', '\uFEFF<html><p>Olá 🎉</p>', 'page.html', 'text/html'],
    ['a text in UTF-16', utf16('Preços: R$ 5 🎉'), 'song.mp3', 'text/plain'],
    ['a text in UTF-16, the other way', utf16('Preços: R$ 5 🎉', true), 'notes.txt', 'text/plain'],
    ['a long text in UTF-16', utf16('价格 и цены '.repeat(20_000)), 'notes.txt', 'text/plain'],
    ['a text in UTF-32', utf32('Preços: R$ 5 🎉'), 'notes.txt', 'text/plain'],
    ['XML in UTF-16', utf16('<?xml version="1.0"?><orders/>'), 'orders.xml', 'application/xml'],
    ['a text that begins as pictures do', 'BMW 320d: R$ 200.000', 'cars.txt', 'text/plain'],
    ['a text that begins as animations do', 'GIF or JPEG?', 'question.txt', 'text/plain'],
    ['a text that begins as music does', 'ID3 tags, explained', 'tags.txt', 'text/plain'],
    ['a text that begins as programs do', 'MZ, motorcycles of Zschopau', 'mz.txt', 'text/plain'],
    ['music whose first bytes are a mark', mp1, 'song.mp1', 'audio/mpeg'],
    ['bytes of no known type', Buffer.from([1, 0, 2, 0, 255]), 'x.pdf', 'application/octet-stream'],
  ])('is told by its content: %s', async (_what, bytes, name, mimeType) => {
    const stored = await add(bytes, name);
    expect(stored).toMatchObject({ mimeType, fileName: name, sizeBytes: Buffer.byteLength(bytes) });
    const { bytes: stream } = await media.content(tenantId, stored.id);
    expect((await buffer(stream)).equals(Buffer.from(bytes))).toBe(true);
  });

  it.each([
    ['a page that begins in the middle', '<main><h2>Sign in</h2></main>', 'text/html'],
    ['a page behind a warning', 'Warning: x in y on line 3\n<!DOCTYPE html>', 'text/html'],
    ['a pdf', pdf, 'application/pdf'],
    ['a picture', png, 'image/png'],
  ])(
    'is a web page where its server says so, unless it is surely something else: %s',
    async (_, bytes, mimeType) => {
      const fetched = {
        path: await fileOf(bytes),
        fileName: 'prices.pdf',
        ok: true,
        isSaidPage: true,
      } as const;
      const fetching = new MediaService({
        database: db.database,
        store,
        remote: { fetch: () => Promise.resolve(fetched) },
        clock: systemClock,
      });
      const tenant = await db.createTenant();
      expect(await fetching.addFromUrl(tenant, 'https://example.com/prices.pdf')).toMatchObject({ mimeType });
    },
  );

  it('is stored once per tenant, also when it comes many times at once', async () => {
    const bytes = Buffer.concat([png, Buffer.from('once')]);
    const all = await Promise.all(Array.from({ length: 8 }, () => add(bytes)));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    const other = await db.createTenant();
    const theirs = await media.add(other, { path: await fileOf(bytes), originalName: 'x' });
    expect(theirs.id).not.toBe(all[0]?.id);
    await expect(media.get(tenantId, theirs.id)).rejects.toMatchObject({ code: 'media_not_found' });
  });

  it('keeps each name that is given to the same content', async () => {
    const bytes = Buffer.concat([pdf, Buffer.from('named')]);
    const [first, second] = [await add(bytes, 'prices 2025.pdf'), await add(bytes, 'prices 2026.pdf')];
    expect(second.id).not.toBe(first.id);
    expect(await media.get(tenantId, first.id)).toMatchObject({ fileName: 'prices 2025.pdf' });
    expect(await media.get(tenantId, second.id)).toMatchObject({ fileName: 'prices 2026.pdf' });
    expect((await add(bytes, 'prices 2025.pdf')).id).toBe(first.id);
    const sent = new MediaFiles({ database: db.database, store, clock: systemClock });
    expect(await sent.find(tenantId, first.id)).toMatchObject({ fileName: 'prices 2025.pdf' });
    expect(await sent.find(tenantId, second.id)).toMatchObject({ fileName: 'prices 2026.pdf' });
  });

  it('keeps the bytes until the last of their names is deleted', async () => {
    const bytes = Buffer.concat([pdf, Buffer.from('shared')]);
    const [first, second] = [await add(bytes, 'a.pdf'), await add(bytes, 'b.pdf')];
    await media.remove(tenantId, first.id);
    await expect(media.get(tenantId, first.id)).rejects.toMatchObject({ code: 'media_not_found' });
    expect((await buffer((await media.content(tenantId, second.id)).bytes)).equals(bytes)).toBe(true);
    await media.remove(tenantId, second.id);
    expect(await store.has(second)).toBe(false);
  });

  it('brings content back that the store has lost', async () => {
    const bytes = Buffer.concat([png, Buffer.from('lost')]);
    const stored = await add(bytes);
    await store.remove(stored);
    await expect(media.content(tenantId, stored.id)).rejects.toMatchObject({ code: 'media_content_missing' });
    expect((await add(bytes)).id).toBe(stored.id);
    await buffer((await media.content(tenantId, stored.id)).bytes);
  });

  it('is refused beyond the limit of its kind, which it names; a document may be larger', async () => {
    const large = Buffer.concat([png, Buffer.alloc(mediaLimits.image)]);
    await expect(add(large)).rejects.toMatchObject({
      kind: 'too_large',
      errors: [
        { path: 'file', message: expect.stringMatching(/image\/png.* at most 5 MB as image.*kind=document/) },
      ],
    });
    expect(await add(large, 'large.png', 'document')).toMatchObject({ mimeType: 'image/png' });
    const video = Buffer.concat([mp4, Buffer.alloc(mediaLimits.video)]);
    await expect(add(video)).rejects.toThrow('at most 16 MB as video');
  });

  it('is refused when it is empty, or not what it is meant for', async () => {
    await expect(add('')).rejects.toMatchObject({ code: 'empty_file' });
    await expect(add('words', 'x', 'image')).rejects.toMatchObject({ code: 'unsuitable_media' });
  });

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\photos\\a.png', 'a.png'],
    ['', 'file'],
    ['..', 'file'],
    ['a\u0000b\u202Egnp.exe', 'abgnp.exe'],
    [`${'x'.repeat(400)}.pdf`, `${'x'.repeat(251)}.pdf`],
  ])('gets a name that is nothing but a name: %j', async (given, fileName) => {
    expect(await add(`named ${given}`, given)).toMatchObject({ fileName });
  });

  it('takes its temporary file along', async () => {
    const path = await fileOf('moved');
    await media.add(tenantId, { path, originalName: 'x' });
    expect(await readdir(join(path, '..'))).toEqual([]);
  });
});

describe('deleting', () => {
  it('is refused while a campaign that has not ended needs the file', async () => {
    const { id } = await add(Buffer.concat([png, Buffer.from('needed')]));
    const part = { type: 'image' as const, mediaId: id };
    const uses = [
      await campaign('paused', [{ type: 'text', content: 'x' }, part]),
      await campaign('draft', [], [{ name: 'A', weight: 1, parts: [part] }]),
    ];
    for (const use of uses) {
      await expect(media.remove(tenantId, id)).rejects.toMatchObject({
        kind: 'conflict',
        code: 'media_in_use',
        message: expect.stringContaining('"Spring"'),
      });
      await db.database.manager.query(`UPDATE campaigns SET status = 'completed' WHERE id = $1`, [use]);
    }
    await media.remove(tenantId, id);
    await expect(media.get(tenantId, id)).rejects.toMatchObject({ code: 'media_not_found' });
  });

  it('names messages that wait without a campaign', async () => {
    const { id } = await add(Buffer.concat([png, Buffer.from('direct')]));
    const { manager } = db.database;
    const addressee = { contactId: newId(), phone: '+5511987650001', name: null };
    const delivery = writtenDelivery(addressee, [{ type: 'image', mediaId: id }], new Date());
    const terms = { pool: { senderIds: [], senderTags: [] }, stickySender: true, minDelay: 0, maxDelay: 0 };
    await insertSend(manager, tenantId, { id: newId(), source: 'direct', purpose: 'service', ...terms }, [
      delivery,
    ]);
    await expect(media.remove(tenantId, id)).rejects.toThrow('A message that has not been sent yet');
    await manager.query(`UPDATE deliveries SET state = 'sent', next_part = 1 WHERE id = $1`, [delivery.id]);
    await media.remove(tenantId, id);
  });

  it('waits for a campaign that is being made with the file', async () => {
    const { id } = await add(Buffer.concat([png, Buffer.from('held')]));
    let removal: Promise<void> | undefined;
    await db.database.transaction(async (tx) => {
      expect(await media.lockFiles(tx, tenantId, [id, newId()])).toEqual(new Set([id]));
      removal = media.remove(tenantId, id);
      removal.catch(() => undefined);
      await insertCampaign(tx, tenantId, { parts: [{ type: 'image', mediaId: id }] });
    });
    await expect(removal).rejects.toMatchObject({ code: 'media_in_use' });
  });

  it('takes the bytes along', async () => {
    const stored = await add('to be deleted');
    await media.remove(tenantId, stored.id);
    expect(await store.has(stored)).toBe(false);
  });
});

describe('a file that is fetched for a request', () => {
  let clock: Date;
  let fetched: Buffer;
  let fetching: MediaService;
  beforeAll(() => {
    const remote = {
      fetch: async () => ({
        ok: true as const,
        path: await fileOf(fetched),
        fileName: 'sale.png',
        isSaidPage: false,
      }),
    };
    const now = () => clock;
    fetching = new MediaService({ database: db.database, store, remote, clock: { now } });
  });
  beforeEach(() => {
    clock = new Date('2031-05-01T09:00:00Z');
    fetched = Buffer.concat([png, Buffer.from(newId())]);
  });
  const fetchFile = () => fetching.addFromUrl(tenantId, 'https://example.com/sale.png');
  const hold = (id: string) => db.database.transaction((tx) => fetching.lockFiles(tx, tenantId, [id]));
  const listed = async () => (await fetching.list(tenantId, { limit: 200 })).items.map(({ id }) => id);
  const later = (minutes: number) => void (clock = new Date(clock.getTime() + minutes * 60_000));

  it('is not listed until the request is accepted, and stays from then on', async () => {
    const { id } = await fetchFile();
    expect(await listed()).not.toContain(id);
    await expect(fetching.get(tenantId, id)).rejects.toMatchObject({ code: 'media_not_found' });
    expect(await hold(id)).toEqual(new Set([id]));
    expect(await listed()).toContain(id);
    expect((await fetchFile()).id).toBe(id);
    later(120);
    await fetching.removeAbandoned();
    await buffer((await fetching.content(tenantId, id)).bytes);
  });

  it('disappears with its bytes when the request was refused', async () => {
    const file = await fetchFile();
    later(50);
    expect((await fetchFile()).id).toBe(file.id);
    later(50);
    expect(await fetching.removeAbandoned()).toBe(0);
    expect(await store.has(file)).toBe(true);
    later(50);
    expect(await fetching.removeAbandoned()).toBe(1);
    expect(await store.has(file)).toBe(false);
    expect(await hold(file.id)).toEqual(new Set());
  });

  it('is an upload like any other once the same file is uploaded', async () => {
    const { id } = await fetchFile();
    expect(await add(fetched, 'sale.png')).toMatchObject({ id, fileName: 'sale.png', sourceUrl: null });
    later(120);
    expect(await fetching.removeAbandoned()).toBe(0);
    expect(await listed()).toContain(id);
  });

  it('leaves the bytes to an upload of the same content under another name', async () => {
    const { id } = await fetchFile();
    const uploaded = await add(fetched, 'mine.png');
    expect(uploaded.id).not.toBe(id);
    later(120);
    expect(await fetching.removeAbandoned()).toBe(1);
    expect(await listed()).not.toContain(id);
    await buffer((await fetching.content(tenantId, uploaded.id)).bytes);
  });

  it('is not taken back by a second fetch while a request makes it its own', async () => {
    const { id } = await fetchFile();
    let second: Promise<unknown> | undefined;
    await db.database.transaction(async (tx) => {
      await fetching.lockFiles(tx, tenantId, [id]);
      second = fetchFile();
      await waitFor(
        async () =>
          (await tx.query<unknown[]>('SELECT FROM pg_locks WHERE NOT granted')).length > 0 || undefined,
        { timeoutMs: 10_000 },
      );
    });
    await second;
    later(120);
    expect(await fetching.removeAbandoned()).toBe(0);
    expect(await listed()).toContain(id);
  });
});

describe('the files of the message worker', () => {
  it('are read once for many messages, also when one is larger than all that is kept', async () => {
    const open = jest.spyOn(store, 'open');
    const files = new MediaFiles({ database: db.database, store, clock: systemClock, cacheBytes: 1_000 });
    const large = await add(Buffer.concat([png, Buffer.alloc(6_000, 3)]));
    const small = await add(Buffer.concat([png, Buffer.alloc(600, 4)]));
    const read = async (id: string) => (await files.find(tenantId, id))!.read();
    const reads = await Promise.all(Array.from({ length: 20 }, () => read(large.id)));
    expect(new Set(reads).size).toBe(1);
    expect(await read(large.id)).toBe(reads[0]);
    expect(open).toHaveBeenCalledTimes(1);
    await read(small.id);
    await read(small.id);
    expect(open).toHaveBeenCalledTimes(2);
    expect(await read(large.id)).not.toBe(reads[0]);
    open.mockRestore();
  });

  it('are read once for many messages, within bounds', async () => {
    let opened = 0;
    const counting = Object.assign(Object.create(store) as DiskMediaStore, {
      open: (key: Parameters<DiskMediaStore['open']>[0]) => {
        opened += 1;
        return store.open(key);
      },
    });
    const files = new MediaFiles({
      database: db.database,
      store: counting,
      clock: systemClock,
      cacheBytes: 10_000,
    });
    const first = await add(Buffer.concat([png, Buffer.alloc(6_000, 1)]));
    const second = await add(Buffer.concat([png, Buffer.alloc(6_000, 2)]));
    const find = async (id: string) => (await files.find(tenantId, id))!;
    const reads = await Promise.all(Array.from({ length: 20 }, async () => (await find(first.id)).read()));
    expect({ opened, same: new Set(reads).size }).toEqual({ opened: 1, same: 1 });
    await (await find(second.id)).read();
    await (await find(first.id)).read();
    expect(opened).toBe(3);
    expect(await find(first.id)).toMatchObject({ mimeType: 'image/png', sha256: first.sha256 });
  });

  it('are missing when the media or its content is gone, and back when they are', async () => {
    const files = new MediaFiles({ database: db.database, store, clock: systemClock });
    expect(await files.find(tenantId, newId())).toBeUndefined();
    const bytes = 'comes back';
    const stored = await add(bytes);
    expect(await files.find(await db.createTenant(), stored.id)).toBeUndefined();
    await store.remove(stored);
    expect(await files.find(tenantId, stored.id)).toBeUndefined();
    await add(bytes);
    expect(await files.find(tenantId, stored.id)).toMatchObject({ sha256: stored.sha256 });
  });
});

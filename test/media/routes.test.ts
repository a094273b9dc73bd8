import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mediaRoutes } from '../../src/api/routes/media.js';
import { systemClock } from '../../src/lib/clock.js';
import { StoreUnreachable } from '../../src/lib/errors.js';
import { DiskMediaStore, MediaService } from '../../src/modules/media/index.js';
import { createTestApi, type TestApi } from '../api/harness.js';
import { createTestDatabase } from '../support/database.js';
import { opus, png } from './support.js';

let api: TestApi;
let folder: string;
let authorization: string;

beforeAll(async () => {
  const db = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'starling-media-'));
  const media = new MediaService({
    database: db.database,
    store: new DiskMediaStore(folder),
    remote: { fetch: () => Promise.reject(new Error('Nothing is fetched here.')) },
    clock: systemClock,
  });
  api = await createTestApi({ db, routes: mediaRoutes({ media, maxUploadBytes: 20_000_000 }) });
  authorization = `Bearer ${await api.token()}`;
});
afterAll(async () => {
  await api.close();
  await api.db.close();
  await rm(folder, { recursive: true });
});

const call = (method: 'get' | 'post' | 'delete', path: string) =>
  api.request[method](path).set('authorization', authorization);

async function upload(bytes: Buffer | string, name: string): Promise<Record<string, string>> {
  const { body } = await call('post', '/api/media').attach('file', Buffer.from(bytes), name).expect(201);
  return body.data;
}

describe('media over HTTP', () => {
  it('is uploaded, listed, shown, downloaded and deleted', async () => {
    const stored = await upload(png, 'verão.png');
    expect(stored).toEqual({
      id: expect.any(String),
      mimeType: 'image/png',
      kind: 'image',
      sizeBytes: png.length,
      fileName: 'verão.png',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      sourceUrl: null,
      contentUrl: `/api/media/${stored['id']}/content`,
      createdAt: expect.any(String),
    });
    expect((await upload(png, 'verão.png'))['id']).toBe(stored['id']);
    const other = await upload(png, 'other.png');
    expect(other).toMatchObject({ fileName: 'other.png', sha256: stored['sha256'] });
    await call('delete', `/api/media/${other['id']}`).expect(200);
    const list = await call('get', '/api/media?limit=1').expect(200);
    expect(list.body).toMatchObject({ data: [stored], nextCursor: null });
    const shown = await call('get', `/api/media/${stored['id']}`).expect(200);
    expect(shown.body.data).toEqual(stored);
    const file = await call('get', stored['contentUrl'] ?? '').expect(200);
    expect((file.body as Buffer).equals(png)).toBe(true);
    expect(file.headers).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(png.length),
      'x-content-type-options': 'nosniff',
      'content-disposition': `attachment; filename="ver?o.png"; filename*=UTF-8''ver%C3%A3o.png`,
    });
    await call('delete', `/api/media/${stored['id']}`).expect(200);
    await call('get', stored['contentUrl'] ?? '').expect(404);
    await call('delete', `/api/media/${stored['id']}`).expect(404);
  });

  it('is never shown as a page', async () => {
    const page = await upload('<!doctype html><script>alert(1)</script>', 'photo.html');
    const file = await call('get', page['contentUrl'] ?? '').expect(200);
    expect(file.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename=photo.html',
    });
    const voice = await upload(opus, 'voice.ogg');
    expect(voice['mimeType']).toBe('audio/ogg; codecs=opus');
    await call('get', voice['contentUrl'] ?? '').expect('content-type', 'audio/ogg');
  });

  it('says what is wrong with an upload', async () => {
    const large = Buffer.concat([png, Buffer.alloc(5 * 1_048_576)]);
    const refused = await call('post', '/api/media').attach('file', large, 'large.png').expect(413);
    expect(refused.body.errors[0]).toMatchObject({
      path: 'file',
      message: expect.stringContaining('at most 5 MB'),
    });
    await call('post', '/api/media').field('kind', 'document').attach('file', large, 'large.png').expect(201);
    const nothing = await call('post', '/api/media').field('kind', 'image').expect(400);
    expect(nothing.body.errors[0].path).toBe('file');
    const wrong = await call('post', '/api/media')
      .field('kind', 'film')
      .attach('file', png, 'x.png')
      .expect(400);
    expect(wrong.body.errors[0].path).toBe('kind');
    await call('post', '/api/media').attach('file', Buffer.alloc(20_000_001), 'x').expect(413);
    expect(await readdir(api.uploadDir)).toEqual([]);
  });

  it('needs the scopes of campaigns', async () => {
    const viewer = await api.token(await api.createUser('viewer'));
    const asViewer = (method: 'get' | 'post') =>
      api.request[method]('/api/media').set('authorization', `Bearer ${viewer}`);
    await asViewer('get').expect(200);
    await asViewer('post').attach('file', png, 'x.png').expect(403);
    await api.request.get('/api/media').expect(401);
  });

  it('says that the store is away, and not where it is', async () => {
    const away = jest
      .spyOn(DiskMediaStore.prototype, 'put')
      .mockRejectedValue(new StoreUnreachable('The media store at http://10.0.0.7 cannot be reached.'));
    const { body, headers } = await call('post', '/api/media')
      .attach('file', Buffer.from('new'), 'new.txt')
      .expect(503);
    away.mockRestore();
    expect(body.message).toBe('The store of files cannot be reached at the moment. Try again soon.');
    expect(headers['retry-after']).toBe('5');
    await upload('new', 'new.txt');
  });
});

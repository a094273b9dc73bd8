import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StoreUnreachable } from '../../src/lib/errors.js';
import { newId } from '../../src/lib/ids.js';
import {
  DiskMediaStore,
  S3MediaStore,
  type MediaKey,
  type MediaStore,
} from '../../src/modules/media/index.js';
import { listenAndClose, listenAsS3, type Bucket } from './far-side.js';
import { fileOf } from './support.js';

let bucket: Bucket;
let folder: string;
let stores: Record<string, MediaStore>;

beforeAll(async () => {
  bucket = await listenAsS3();
  folder = await mkdtemp(join(tmpdir(), 'starling-store-'));
  stores = { disk: new DiskMediaStore(folder), s3: new S3MediaStore(bucket.settings) };
});
afterAll(() => bucket.close());

async function content(bytes: Buffer): Promise<{ key: MediaKey; file: { path: string; sizeBytes: number } }> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { key: { tenantId: newId(), sha256 }, file: { path: await fileOf(bytes), sizeBytes: bytes.length } };
}

describe.each(['disk', 's3'])('the %s store', (name) => {
  it('keeps a file, gives it back, and forgets it', async () => {
    const store = stores[name]!;
    const bytes = randomBytes(300_000);
    const { key, file } = await content(bytes);
    expect(await store.has(key)).toBe(false);
    expect(await store.open(key)).toBeUndefined();
    await store.put(key, file);
    await store.put(key, file);
    expect(await store.has(key)).toBe(true);
    expect((await buffer((await store.open(key))!)).equals(bytes)).toBe(true);
    await store.remove(key);
    await store.remove(key);
    expect(await store.has(key)).toBe(false);
  });

  it('keeps the same content of two tenants apart', async () => {
    const store = stores[name]!;
    const { key, file } = await content(Buffer.from('the same'));
    const other = { ...key, tenantId: newId() };
    await store.put(key, file);
    await store.put(other, file);
    await store.remove(key);
    expect([await store.has(key), await store.has(other)]).toEqual([false, true]);
  });
});

describe('the disk store', () => {
  it('leaves nothing behind of a file that could not be copied', async () => {
    const { key } = await content(Buffer.from('gone'));
    const missing = { path: join(folder, 'no-such-file'), sizeBytes: 4 };
    await expect(stores['disk']!.put(key, missing)).rejects.toThrow('ENOENT');
    expect(await readdir(join(folder, key.tenantId))).toEqual([]);
  });
});

describe('the s3 store', () => {
  it('puts objects under media/<tenant>/<sha256> of the bucket', async () => {
    const { key, file } = await content(Buffer.from('an object'));
    await stores['s3']!.put(key, file);
    expect(bucket.objects.get(`media/${key.tenantId}/${key.sha256}`)?.toString()).toBe('an object');
  });

  it('asks again when the server fails, and then says what happened', async () => {
    const { key, file } = await content(Buffer.from('stubborn'));
    bucket.failWith(503, 500);
    await stores['s3']!.put(key, file);
    expect(await stores['s3']!.has(key)).toBe(true);
    bucket.failWith(500, 500, 500);
    await expect(stores['s3']!.has(key)).rejects.toThrow('answered 500 to HEAD in the-bucket');
  });

  it('names the settings to look at when the key is wrong, and does not say the key', async () => {
    const wrong = new S3MediaStore({ ...bucket.settings, secretAccessKey: 'a wrong secret' });
    const { key } = await content(Buffer.from('x'));
    const lookup = wrong.has(key);
    await expect(lookup).rejects.toThrow('S3_SECRET_ACCESS_KEY');
    await expect(lookup).rejects.not.toThrow('a wrong secret');
  });

  it('says what to look at when the bucket is not there or the server sends elsewhere', async () => {
    const { key, file } = await content(Buffer.from('nowhere'));
    bucket.failWith(404);
    await expect(stores['s3']!.put(key, file)).rejects.toThrow('404 to PUT in the-bucket');
    bucket.failWith(404);
    await expect(stores['s3']!.put(key, file)).rejects.toThrow('Check that the bucket S3_BUCKET exists.');
    bucket.failWith(301);
    await expect(stores['s3']!.has(key)).rejects.toThrow('Check S3_ENDPOINT and S3_REGION.');
  });

  it('is away when no server answers or the server fails, and not when the settings are', async () => {
    const away = new S3MediaStore({ ...bucket.settings, endpoint: 'http://127.0.0.1:9' });
    const { key } = await content(Buffer.from('x'));
    await expect(away.has(key)).rejects.toBeInstanceOf(StoreUnreachable);
    bucket.failWith(503, 503, 503);
    await expect(stores['s3']!.has(key)).rejects.toBeInstanceOf(StoreUnreachable);
    bucket.failWith(403);
    await expect(stores['s3']!.has(key)).rejects.not.toBeInstanceOf(StoreUnreachable);
  });

  it('never takes half a file for the file', async () => {
    const bytes = randomBytes(200_000);
    const { key, file } = await content(bytes);
    await stores['s3']!.put(key, file);
    bucket.cutNext(1_000);
    await expect(buffer((await stores['s3']!.open(key))!)).rejects.toThrow();
    expect((await buffer((await stores['s3']!.open(key))!)).equals(bytes)).toBe(true);
  });

  it('signs as Amazon describes it, whatever stands in the address', async () => {
    const { key, file } = await content(Buffer.from('under a path'));
    const { endpoint } = bucket.settings;
    for (const suffix of ['/', '/some%20path', '/s3-proxy/v1/']) {
      const store = new S3MediaStore({ ...bucket.settings, endpoint: endpoint + suffix });
      await store.put(key, file);
      expect(await store.has(key)).toBe(true);
    }
  });

  it('says which server cannot be reached', async () => {
    const away = new S3MediaStore({ ...bucket.settings, endpoint: 'http://127.0.0.1:9' });
    const { key } = await content(Buffer.from('x'));
    await expect(away.has(key)).rejects.toThrow('http://127.0.0.1:9 cannot be reached');
  });
});

it('a store that closes its connection behind a file may be read later', async () => {
  const bytes = randomBytes(3_000_000);
  const server = await listenAndClose(
    bytes,
    'HTTP/1.1 200 OK\r\ncontent-length: 3000000\r\nconnection: close',
  );
  const store = new S3MediaStore({ ...bucket.settings, endpoint: server.url });
  const opened = await Promise.all(
    Array.from({ length: 5 }, async () => store.open((await content(bytes)).key)),
  );
  for (const stream of opened) expect((await buffer(stream!)).equals(bytes)).toBe(true);
  await server.close();
});

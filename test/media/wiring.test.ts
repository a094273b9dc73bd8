import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ByteBudget } from '../../src/lib/byte-budget.js';
import { loadConfig } from '../../src/config/load.js';
import type { Infrastructure } from '../../src/runtime/infrastructure.js';
import { createMedia } from '../../src/runtime/media.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { listen, listenAsS3, type Bucket, type FarSide } from './far-side.js';
import { fileOf, png } from './support.js';

let db: TestDatabase;
let bucket: Bucket;
let site: FarSide;
let tenantId: string;

beforeAll(async () => {
  db = await createTestDatabase();
  bucket = await listenAsS3();
  site = await listen((_request, response) => void response.end(png));
  tenantId = await db.createTenant();
});
afterAll(async () => {
  await Promise.all([bucket.close(), site.close(), db.close()]);
});

/** Media as a process with these settings has it. */
async function mediaWith(env: Record<string, string>) {
  const DATA_DIR = await mkdtemp(join(tmpdir(), 'starling-media-'));
  const outcome = loadConfig({ DATA_DIR, ...env }, { files: [] });
  if (!outcome.ok) throw new Error(outcome.errors.join('\n'));
  return createMedia(outcome.config, { database: db.database } as Infrastructure);
}

describe('the settings of media', () => {
  it('put files into a bucket, from where the worker reads them', async () => {
    const { endpoint, bucket: name, region, accessKeyId, secretAccessKey } = bucket.settings;
    const { media, mediaFiles } = await mediaWith({
      MEDIA_STORE: 's3',
      S3_ENDPOINT: endpoint,
      S3_BUCKET: name,
      S3_REGION: region,
      S3_ACCESS_KEY_ID: accessKeyId,
      S3_SECRET_ACCESS_KEY: secretAccessKey,
    });
    const stored = await media.add(tenantId, { path: await fileOf(png), originalName: 'a.png' });
    expect([...bucket.objects.keys()]).toEqual([`media/${tenantId}/${stored.sha256}`]);
    const file = await mediaFiles.find(tenantId, stored.id);
    expect((await file?.read())?.equals(png)).toBe(true);
    await media.remove(tenantId, stored.id);
    expect(bucket.objects.size).toBe(0);
  });

  it('are refused when the bucket is only half described', () => {
    const env = { MEDIA_STORE: 's3', S3_ENDPOINT: 'https://s3.example.com', S3_ACCESS_KEY_ID: 'AKIA' };
    const outcome = loadConfig(env, { files: [] });
    expect(outcome).toEqual({
      ok: false,
      errors: [
        'MEDIA_STORE is "s3" without S3_BUCKET, S3_SECRET_ACCESS_KEY. Allowed: set them too, or MEDIA_STORE=disk.',
      ],
    });
  });

  it('keep URLs away from this machine, unless that is allowed', async () => {
    const guarded = await mediaWith({});
    const options = { asDocument: false, budget: new ByteBudget(1_000) };
    const refused = guarded.campaignMedia.fetch(tenantId, `${site.url}/a.png`, options);
    await expect(refused).rejects.toMatchObject({ kind: 'invalid', code: 'invalid_media_url' });
    const open = await mediaWith({ ALLOW_PRIVATE_MEDIA_URLS: 'true' });
    expect(await open.campaignMedia.fetch(tenantId, `${site.url}/a.png`, options)).toMatchObject({
      mimeType: 'image/png',
      sourceUrl: `${site.url}/a.png`,
    });
  });
});

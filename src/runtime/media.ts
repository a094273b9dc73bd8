import { networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';
import type { Config } from '../config/index.js';
import { systemClock } from '../lib/clock.js';
import { mediaLimits } from '../lib/media-types.js';
import {
  DiskMediaStore,
  isPublicAddress,
  MediaFiles,
  MediaService,
  RemoteFiles,
  S3MediaStore,
  type MediaStore,
} from '../modules/media/index.js';
import type { Infrastructure } from './infrastructure.js';
import type { CampaignMedia } from '../modules/content/index.js';

/** The files of messages: who stores them, who sends them, and what campaigns ask of them. */
export function createMedia(config: Config, { database }: Infrastructure) {
  const dataDir = resolve(config.server.dataDir);
  const { allowPrivateUrls } = config.media;
  const store = openStore(config, join(dataDir, 'media'));
  const remote = new RemoteFiles({
    tempDir: join(dataDir, 'uploads'),
    mayConnect: (address) => allowPrivateUrls || isPublicAddress(address, ownAddresses()),
    maxBytes: mediaLimits.document,
  });
  const { quotaBytes, requestBytes } = config.media;
  const media = new MediaService({ database, store, remote, clock: systemClock, quotaBytes });
  const campaignMedia: CampaignMedia = {
    find: (tenantId, id) => media.find(tenantId, id),
    requestBytes,
    fetch: (tenantId, url, { asDocument, ...options }) =>
      media.addFromUrl(tenantId, url, asDocument ? { kind: 'document', ...options } : options),
    lockFiles: (tx, tenantId, ids, until) => media.lockFiles(tx, tenantId, ids, until),
  };
  return { media, campaignMedia, mediaFiles: new MediaFiles({ database, store, clock: systemClock }) };
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap(
    (entries) => entries?.map(({ address }) => address) ?? [],
  );
}

function openStore({ media }: Config, folder: string): MediaStore {
  if (media.store === 'disk') return new DiskMediaStore(folder);
  return new S3MediaStore({
    endpoint: media.s3Endpoint ?? '',
    bucket: media.s3Bucket ?? '',
    region: media.s3Region,
    accessKeyId: media.s3AccessKeyId ?? '',
    secretAccessKey: media.s3SecretAccessKey ?? '',
  });
}

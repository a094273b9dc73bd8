import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../../src/db/index.js';
import type { Clock } from '../../src/lib/clock.js';
import { mediaLimits } from '../../src/lib/media-types.js';
import { DiskMediaStore, MediaService, RemoteFiles } from '../../src/modules/media/index.js';
import type { CampaignMedia } from '../../src/modules/content/index.js';

/** Media of campaigns on the disk; only this machine's own addresses are fetched from. */
export async function testMedia(
  database: Database,
  clock: Clock,
  requestBytes = 1024 ** 3,
): Promise<CampaignMedia> {
  const folder = await mkdtemp(join(tmpdir(), 'starling-media-'));
  const remote = new RemoteFiles({
    tempDir: join(folder, 'uploads'),
    mayConnect: (address) => address === '127.0.0.1',
    maxBytes: mediaLimits.document,
  });
  const media = new MediaService({ database, store: new DiskMediaStore(folder), remote, clock });
  return {
    find: (tenantId, id) => media.find(tenantId, id),
    requestBytes,
    fetch: (tenantId, url, { asDocument, ...options }) =>
      media.addFromUrl(tenantId, url, asDocument ? { kind: 'document', ...options } : options),
    lockFiles: (tx, tenantId, ids, until) => media.lockFiles(tx, tenantId, ids, until),
  };
}

/** A temporary file of these bytes; returns its path. */
export async function fileOf(bytes: Buffer | string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'starling-file-')), 'file');
  await writeFile(path, bytes);
  return path;
}

/** One pixel. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
/** As much of each as tells what it is. */
export const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex');
export const pdf = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n');
export const mp4 = Buffer.concat([
  Buffer.from('0000001866747970', 'hex'),
  Buffer.from('mp42\0\0\0\0mp42isom'),
]);
export const m4v = Buffer.concat([
  Buffer.from('0000001866747970', 'hex'),
  Buffer.from('M4V \0\0\0\0M4V mp42isom'),
]);
export const mp3 = Buffer.concat([
  Buffer.from('ID3\x03\0\0\0\0\0\0', 'latin1'),
  Buffer.from('fffb9064', 'hex'),
  Buffer.alloc(2_000),
]);
/** The header of an MPEG frame that is also the mark of UTF-16, and what is no text. */
export const mp1 = Buffer.concat([
  Buffer.from('fffeb400', 'hex'),
  Buffer.from(Array.from({ length: 2_000 }, (_, index) => (index * 197) & 255)),
]);
/** The first page of an Ogg file and the beginning of an Opus header. */
export const opus = Buffer.concat([
  Buffer.from('OggS\0\x02', 'latin1'),
  Buffer.alloc(20),
  Buffer.from('\x01\x13OpusHead\x01\x01\0\0\x80\xbb\0\0\0\0\0', 'latin1'),
]);

/** A text in UTF-16 with its mark. */
export function utf16(text: string, bigEndian = false): Buffer {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
}

/** A text in UTF-32 with its mark. */
export function utf32(text: string, bigEndian = false): Buffer {
  const points = Array.from(`\uFEFF${text}`, (character) => character.codePointAt(0) ?? 0);
  const bytes = Buffer.alloc(points.length * 4);
  points.forEach((point, index) =>
    bigEndian ? bytes.writeUInt32BE(point, index * 4) : bytes.writeUInt32LE(point, index * 4),
  );
  return bytes;
}

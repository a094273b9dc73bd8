import { buffer } from 'node:stream/consumers';
import type { Database } from '../../db/index.js';
import type { Clock } from '../../lib/clock.js';
import type { MediaFile } from '../../transports/transport.js';
import type { Media } from './media.entity.js';
import { findMedia } from './media.repository.js';
import type { MediaStore } from './store/media-store.js';

export interface MediaFilesDeps {
  database: Database;
  store: MediaStore;
  clock: Clock;
  /** Bytes of content kept in memory, or one larger file; 64 MB unless given. */
  cacheBytes?: number;
}

const CACHE_BYTES = 64 * 1024 * 1024;
const MAX_KNOWN = 1_000;
/** How long a file that was there is believed to be there. */
const KNOWN_MS = 60_000;

/** Files for those who send them: a campaign's file is looked up and read once per process, not once per message. */
export class MediaFiles {
  private readonly known = new Map<string, { file: Promise<MediaFile | undefined>; until: number }>();
  private readonly contents = new Map<string, { bytes: Promise<Buffer>; size: number; loaded: boolean }>();
  private cached = 0;

  constructor(private readonly deps: MediaFilesDeps) {}

  /** Undefined when the media, or its content, is gone. Rejects when the database or the store cannot be asked. */
  find(tenantId: string, mediaId: string): Promise<MediaFile | undefined> {
    const key = `${tenantId} ${mediaId}`;
    const now = this.deps.clock.now().getTime();
    const known = this.known.get(key);
    if (known && known.until > now) return known.file;
    const file = this.lookUp(tenantId, mediaId);
    this.known.delete(key);
    this.known.set(key, { file, until: now + KNOWN_MS });
    this.forgetOldest();
    const forget = (): void => {
      if (this.known.get(key)?.file === file) this.known.delete(key);
    };
    // Only what is there is remembered: what is missing may be uploaded, what failed may work.
    file.then((found) => found ?? forget(), forget);
    return file;
  }

  private async lookUp(tenantId: string, mediaId: string): Promise<MediaFile | undefined> {
    const media = await findMedia(this.deps.database.manager, tenantId, mediaId);
    if (!media || !(await this.deps.store.has(media))) return undefined;
    const { fileName, mimeType, sizeBytes, sha256 } = media;
    return { fileName, mimeType, sizeBytes, sha256, read: () => this.read(media) };
  }

  /** Concurrent requests for the same content share one read of it. */
  private read(media: Media): Promise<Buffer> {
    const key = `${media.tenantId} ${media.sha256}`;
    const known = this.contents.get(key);
    if (known) {
      // A map keeps insertion order: what is asked for again moves to the end, the first one is used least.
      this.contents.delete(key);
      this.contents.set(key, known);
      return known.bytes;
    }
    const bytes = this.load(media);
    const content = { bytes, size: media.sizeBytes, loaded: false };
    this.contents.set(key, content);
    this.cached += media.sizeBytes;
    this.dropLeastUsed();
    const settle = (): void => {
      content.loaded = true;
      this.dropLeastUsed();
    };
    bytes.then(settle, () => this.dropContent(key));
    return bytes;
  }

  private async load(media: Media): Promise<Buffer> {
    const stream = await this.deps.store.open(media);
    if (!stream) throw new Error(`The content of media ${media.id} is not in the store.`);
    return buffer(stream);
  }

  /**
   * What is being read stays: it takes its memory anyway, and dropping it would only have it read once more. So does what
   * was asked for last, or a file larger than all of the memory here would be read for every message.
   */
  private dropLeastUsed(): void {
    const { cacheBytes = CACHE_BYTES } = this.deps;
    const newest = [...this.contents.keys()].at(-1);
    for (const [key, { loaded }] of this.contents) {
      if (this.cached <= cacheBytes) return;
      if (loaded && key !== newest) this.dropContent(key);
    }
  }

  private dropContent(key: string): void {
    this.cached -= this.contents.get(key)?.size ?? 0;
    this.contents.delete(key);
  }

  private forgetOldest(): void {
    if (this.known.size <= MAX_KNOWN) return;
    const [oldest] = this.known.keys();
    if (oldest !== undefined) this.known.delete(oldest);
  }
}

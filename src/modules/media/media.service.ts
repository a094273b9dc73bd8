import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Database, Tx } from '../../db/index.js';
import { addMs, type Clock } from '../../lib/clock.js';
import { FairQueue } from '../../lib/fair-queue.js';
import { DomainError, notFound } from '../../lib/errors.js';
import { newId } from '../../lib/ids.js';
import type { ByteBudget } from '../../lib/byte-budget.js';
import { mediaKindOf, mediaLimits, readableSize, type MediaKind } from '../../lib/media-types.js';
import { idBehind, toPage, type Page, type PageRequest } from '../../lib/pages.js';
import { contentTypeOf, isOfNoType, WEB_PAGE } from './content-type.js';
import { changeUsage, refuseBeyond, usageOf, type Quota } from '../tenants/index.js';
import { cleanFileName } from './core/file-name.js';
import type { Media } from './media.entity.js';
import {
  findFile,
  findMedia,
  findUse,
  lockMediaInUse,
  insertMedia,
  noteUpload,
  noteUse,
  listUnused,
  hasContent,
  listAbandoned,
  listMedia,
  lockContent,
  lockKnownFile,
  lockMedia,
  removeAbandoned,
  removeMedia,
  updateMedia,
  type MediaUse,
  type NamedContent,
} from './media.repository.js';
import type { RemoteFiles } from './remote/remote-files.js';
import type { MediaStore } from './store/media-store.js';

export interface MediaDeps {
  database: Database;
  store: MediaStore;
  remote: Pick<RemoteFiles, 'fetch'>;
  clock: Clock;
  /** Of all files of one tenant, in bytes. */
  quotaBytes?: number;
}

/** A file on this machine that now belongs to the media. */
export interface IncomingFile {
  path: string;
  originalName: string;
  /** Where it was fetched from: for a request that may still be refused, so the file is `provisional`. */
  sourceUrl?: string;
  /** The server it comes from says that it is a web page. */
  isSaidPage?: boolean;
}

/** Of files from other servers: each has a connection, and may take half a minute. */
const FETCHES = { atOnce: 32, perTenant: 8, waitingPerTenant: 500, waitMs: 60_000 };

function tooManyFetches(): DomainError {
  const message =
    'Too many files are being fetched for this tenant. Try again soon, or upload files with POST /api/media.';
  return new DomainError('too_many', 'too_many_fetches', message, { retryAfterSeconds: 30 });
}

/** A request that fetches files is answered long before that. */
const PROVISIONAL_MS = 60 * 60_000;
const ABANDONED_AT_ONCE = 100;
const UNUSED_AT_ONCE = 100;
const DEFAULT_QUOTA_BYTES = 10 * 1024 ** 3;

/** The files of tenants. Every method sees the given tenant's files only; another one is `media_not_found`. */
export class MediaService {
  private readonly fetches = new FairQueue(FETCHES, tooManyFetches);

  constructor(private readonly deps: MediaDeps) {}

  /**
   * Stores a file under what it is; `kind` is what it will be sent as, where a photo goes as a document for instance.
   * The same content is stored once: under the same name a repeat returns the media that is there, under another name it
   * is a file of its own. Refuses (`invalid`) an empty file, (`too_large`) one that WhatsApp would not take, and
   * (`not_possible`) one for which the tenant has no room left, each naming the limit.
   */
  async add(tenantId: string, file: IncomingFile, kind?: MediaKind): Promise<Media> {
    try {
      const { size: sizeBytes } = await stat(file.path);
      const found = await contentTypeOf(file.path);
      // A page may begin in any way; what is surely something else stays that, whatever its server says.
      const mimeType = file.isSaidPage && isOfNoType(found) ? WEB_PAGE : found;
      refuseSize(sizeBytes, mimeType, kind);
      const sha256 = await sha256Of(file.path);
      const name = { tenantId, sha256, fileName: cleanFileName(file.originalName) };
      await noteUpload(this.deps.database.manager, name);
      const known = await findFile(this.deps.database.manager, name);
      // Content that was lost from the store comes back with a repeat.
      if (known && !known.provisional && (await this.deps.store.has(known))) return known;
      // Before the long way into the store; counted for good in the transaction that adds the file.
      const kept = await usageOf(this.deps.database.manager, tenantId, 'media');
      refuseBeyond(this.quota, kept + (known ? 0 : sizeBytes));
      return await this.store(name, file, { mimeType, sizeBytes });
    } finally {
      await rm(file.path, { force: true });
    }
  }

  /**
   * Fetches a file from a URL of the public Internet and stores it, until `lockFiles` for the request it is for: a file
   * of a request that is refused is not listed and disappears. Refuses (`invalid`) a URL that must not be fetched and
   * (`not_possible`) one that did not give a file, with the reason. When the signal aborts, it ends with its reason and
   * leaves no file.
   */
  async addFromUrl(
    tenantId: string,
    url: string,
    { kind, budget, signal }: { kind?: MediaKind; budget?: ByteBudget; signal?: AbortSignal } = {},
  ): Promise<Media> {
    const fetched = await this.fetches.run(tenantId, signal, () =>
      this.deps.remote.fetch(url, { budget, owner: tenantId, signal }),
    );
    if (!fetched.ok) {
      const message = `The file cannot be fetched: ${fetched.reason}.`;
      throw fetched.code === 'wrong_url'
        ? new DomainError('invalid', 'invalid_media_url', message)
        : new DomainError('not_possible', 'media_unavailable', message);
    }
    const { path, fileName: originalName, isSaidPage } = fetched;
    return this.add(tenantId, { path, originalName, sourceUrl: url, isSaidPage }, kind);
  }

  /** Newest first. */
  async list(tenantId: string, page: PageRequest): Promise<Page<Media>> {
    const rows = await listMedia(this.deps.database.manager, tenantId, {
      limit: page.limit + 1,
      before: idBehind(page.cursor),
    });
    return toPage(rows, page.limit, ({ id }) => [id]);
  }

  async get(tenantId: string, id: string): Promise<Media> {
    const media = await this.find(tenantId, id);
    if (!media) throw notFound('media', id);
    return media;
  }

  find(tenantId: string, id: string): Promise<Media | undefined> {
    return findMedia(this.deps.database.manager, tenantId, id);
  }

  /** The bytes; the caller reads the stream to its end or destroys it. */
  async content(tenantId: string, id: string): Promise<{ media: Media; bytes: Readable }> {
    const media = await this.get(tenantId, id);
    const bytes = await this.deps.store.open(media);
    if (bytes) return { media, bytes };
    throw new DomainError(
      'not_found',
      'media_content_missing',
      `The content of ${id} is not in the media store.`,
    );
  }

  /**
   * Until the transaction ends none of these files is deleted, and fetched ones stay. They are used now, or until a later
   * time. Returns those that are there.
   */
  lockFiles(tx: Tx, tenantId: string, ids: readonly string[], until?: Date): Promise<Set<string>> {
    return lockMediaInUse(tx, tenantId, ids, until);
  }

  /** Refuses (`conflict`, `media_in_use`) while a campaign that has not ended uses it. */
  async remove(tenantId: string, id: string): Promise<void> {
    const { sha256 } = await this.get(tenantId, id);
    await this.deps.database.transaction(async (tx) => {
      await lockContent(tx, tenantId, sha256);
      const media = await lockMedia(tx, tenantId, id);
      if (!media) throw notFound('media', id);
      const use = await findUse(tx, tenantId, id);
      if (use) throw inUse(use);
      await this.delete(tx, media);
    });
  }

  /**
   * Deletes files that were fetched for requests that were not accepted; returns how many. Safe to run at any time, in
   * any process.
   */
  async removeAbandoned(): Promise<number> {
    const { database, clock } = this.deps;
    const before = addMs(clock.now(), -PROVISIONAL_MS);
    let removed = 0;
    for (const media of await listAbandoned(database.manager, before, ABANDONED_AT_ONCE)) {
      await database.transaction(async (tx) => {
        await lockContent(tx, media.tenantId, media.sha256);
        if (!(await removeAbandoned(tx, media.id, before))) return;
        await changeUsage(tx, media.tenantId, 'media', -media.sizeBytes);
        await this.removeUnused(tx, media);
        removed += 1;
      });
    }
    return removed;
  }

  /**
   * Deletes files that nothing has used and nobody has uploaded since that time, a hundred at a time, in the way of
   * `remove`; returns how many. One that is in use, or was of a campaign that ended since then, is used as of now.
   */
  async removeUnusedSince(tenantId: string, before: Date, signal: AbortSignal): Promise<number> {
    const { database } = this.deps;
    let removed = 0;
    for (const { id, sha256 } of await listUnused(database.manager, tenantId, before, UNUSED_AT_ONCE)) {
      if (signal.aborted) break;
      await database.transaction(async (tx) => {
        await lockContent(tx, tenantId, sha256);
        const media = await lockMedia(tx, tenantId, id);
        if (!media || media.usedAt >= before) return;
        if (await findUse(tx, tenantId, id, before)) return noteUse(tx, tenantId, id);
        await this.delete(tx, media);
        removed += 1;
      });
    }
    return removed;
  }

  /** Under its locks. The bytes last, so that a refused deletion leaves them; a commit that fails leaves a row without. */
  private async delete(tx: Tx, media: Media): Promise<void> {
    await removeMedia(tx, media.tenantId, media.id);
    await changeUsage(tx, media.tenantId, 'media', -media.sizeBytes);
    await this.removeUnused(tx, media);
  }

  private get quota(): Quota {
    return {
      what: 'your files',
      limitBytes: this.deps.quotaBytes ?? DEFAULT_QUOTA_BYTES,
      setting: 'MEDIA_QUOTA_BYTES',
      fix: 'Delete files that you do not send any more, with DELETE /api/media/:id.',
    };
  }

  /** Of a file that was put into the store and then refused. */
  private async discard(tx: Tx, key: { tenantId: string; sha256: string }): Promise<void> {
    await lockContent(tx, key.tenantId, key.sha256);
    await this.removeUnused(tx, key);
  }

  /** The bytes stay as long as another name has them. The caller holds the lock of the content. */
  private async removeUnused(tx: Tx, key: { tenantId: string; sha256: string }): Promise<void> {
    if (await hasContent(tx, key.tenantId, key.sha256)) return;
    await this.deps.store.remove(key);
  }

  /** The long way into the store comes before the lock; under it the bytes are normally there already. */
  private async store(
    name: NamedContent,
    file: IncomingFile,
    facts: { mimeType: string; sizeBytes: number },
  ): Promise<Media> {
    const key = { tenantId: name.tenantId, sha256: name.sha256 };
    await this.deps.store.put(key, { path: file.path, sizeBytes: facts.sizeBytes });
    return this.insert(name, file, facts).catch(async (error: unknown) => {
      if (isQuota(error)) await this.deps.database.transaction((tx) => this.discard(tx, key));
      throw error;
    });
  }

  private insert(
    name: NamedContent,
    file: IncomingFile,
    facts: { mimeType: string; sizeBytes: number },
  ): Promise<Media> {
    const { database, store, clock } = this.deps;
    const { tenantId, sha256 } = name;
    const key = { tenantId, sha256 };
    const source = { path: file.path, sizeBytes: facts.sizeBytes };
    return database.transaction(async (tx) => {
      await lockContent(tx, tenantId, sha256);
      const known = await lockKnownFile(tx, name);
      if (known && !known.provisional) return known;
      if (!(await store.has(key))) await store.put(key, source);
      const media: Media = {
        id: known?.id ?? newId(),
        ...name,
        ...facts,
        sourceUrl: file.sourceUrl ?? null,
        provisional: file.sourceUrl !== undefined,
        createdAt: clock.now(),
        usedAt: clock.now(),
      };
      // The provisional row was never shown: the new upload replaces its source and kind.
      if (known) await updateMedia(tx, known.id, media);
      else {
        await insertMedia(tx, media);
        refuseBeyond(this.quota, await changeUsage(tx, tenantId, 'media', media.sizeBytes));
      }
      return media;
    });
  }
}

function isQuota(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'storage_quota';
}

function inUse(use: MediaUse): DomainError {
  const message =
    use.kind === 'message'
      ? 'A message that has not been sent yet uses this file. Wait until it is sent, or cancel it first.'
      : `The campaign "${use.name}" uses this file and has not ended. Stop or delete it first.`;
  return new DomainError('conflict', 'media_in_use', message);
}

function refuseSize(sizeBytes: number, mimeType: string, wanted: MediaKind | undefined): void {
  if (sizeBytes === 0) {
    const errors = [{ path: 'file', message: 'the file is empty' }];
    throw new DomainError('invalid', 'empty_file', 'The file is empty.', { errors });
  }
  const actual = mediaKindOf(mimeType);
  const kind = wanted ?? actual;
  if (kind !== 'document' && kind !== actual) {
    const message = `the file is ${mimeType}, which WhatsApp does not take as ${kind}; leave kind out, or say document`;
    throw new DomainError('invalid', 'unsuitable_media', `The kind does not fit: ${message}.`, {
      errors: [{ path: 'kind', message }],
    });
  }
  const limit = mediaLimits[kind];
  if (sizeBytes <= limit) return;
  const fix = kind === 'document' ? '' : '; make it smaller, or send it as a document (kind=document)';
  const message = `the file (${mimeType}) has ${readableSize(sizeBytes)}; WhatsApp takes at most ${readableSize(limit)} as ${kind}${fix}`;
  throw new DomainError('too_large', 'media_too_large', `The file is too large: ${message}.`, {
    errors: [{ path: 'file', message }],
  });
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

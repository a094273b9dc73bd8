import { ByteBudget } from '../../lib/byte-budget.js';
import { DomainError, invalid, type FieldError } from '../../lib/errors.js';
import type { Tx } from '../../db/index.js';
import type { MessageType } from '../../transports/transport.js';
import { fileError } from './core/part-files.js';
import { sharePageError } from './core/share-page.js';
import type { FileSource, PartDraft } from './core/part-shape.js';
import type { CampaignPart } from './core/part.js';
import type { CampaignFile, CampaignMedia } from './part-files.ports.js';

const WEB_PAGE = 'text/html';

interface FileRequest {
  source: FileSource;
  /** All parts use it as a document, which may be larger. */
  asDocument: boolean;
}

/** What a request has looked up or fetched so far, and may still fetch, for one whose parts come in several calls. */
export interface FilesOfRequest {
  files: Map<string, Promise<CampaignFile>>;
  budget: ByteBudget;
  /** When nothing more is fetched, by `performance.now()`. */
  until: number;
  /** Of the request: once it is aborted, what is being fetched ends and nothing more is fetched. */
  signal?: AbortSignal;
}

/** For all files that one request fetches: a server may take half a minute for each. */
const FETCH_MS = 5 * 60_000;

/** Stored parts, with those of every variant where there are variants. */
interface StoredParts {
  tenantId: string;
  parts: readonly CampaignPart[];
  variants: readonly { parts: readonly CampaignPart[] }[] | null;
}

/** Brings the parts of a request together with their files. */
export class CampaignParts {
  constructor(private readonly media: CampaignMedia) {}

  /** For `withFiles`, once per request; the signal aborts when its caller leaves. */
  filesOfRequest(signal?: AbortSignal): FilesOfRequest {
    const budget = new ByteBudget(this.media.requestBytes);
    return { files: new Map(), budget, until: performance.now() + FETCH_MS, signal };
  }

  /**
   * Looks up the files of uploads and fetches those given by URL, each URL once. A file that is not there, cannot be
   * fetched or does not suit its part is refused by the field that names it. Throws the reason of the request's signal when
   * that is aborted while files are fetched.
   */
  async withFiles(
    tenantId: string,
    drafts: readonly PartDraft[],
    known: FilesOfRequest = this.filesOfRequest(),
  ): Promise<CampaignPart[]> {
    const files = await this.filesOf(tenantId, drafts, known);
    const errors: FieldError[] = [];
    const parts = drafts.map(({ part, file: source }) => {
      const file = source && files.get(keyOf(source));
      if (!source || !file || !('mediaId' in part)) return part;
      const message = errorOf(part.type, file, source);
      if (message) errors.push({ path: source.path, message });
      return { ...part, mediaId: file.id };
    });
    if (errors.length > 0) throw invalid(errors, 'unsuitable_media');
    return parts;
  }

  /**
   * Keeps the files of these parts from being deleted until the transaction ends, and notes that they are used, until a
   * later time where one is given; refuses when one is gone.
   */
  async lockFiles(
    tx: Tx,
    tenantId: string,
    parts: readonly CampaignPart[],
    { fix = 'Upload it again.', until }: { fix?: string; until?: Date } = {},
  ): Promise<void> {
    const ids = parts.flatMap((part) => ('mediaId' in part ? [part.mediaId] : []));
    if (ids.length === 0) return;
    const locked = await this.media.lockFiles(tx, tenantId, [...new Set(ids)], until);
    const gone = ids.find((id) => !locked.has(id));
    if (gone === undefined) return;
    throw new DomainError('not_possible', 'media_not_found', `The file ${gone} was deleted. ${fix}`);
  }

  /** For parts that a campaign sends again: their files must still exist. */
  async lockStoredFiles(tx: Tx, { tenantId, parts, variants }: StoredParts): Promise<void> {
    await this.lockFiles(tx, tenantId, variants?.flatMap((variant) => variant.parts) ?? parts, {
      fix: 'Make a new campaign.',
    });
  }

  private async filesOf(
    tenantId: string,
    drafts: readonly PartDraft[],
    known: FilesOfRequest,
  ): Promise<Map<string, CampaignFile>> {
    const wanted = new Map<string, FileRequest>();
    for (const { part, file: source } of drafts) {
      if (!source) continue;
      const asDocument = part.type === 'document' && wanted.get(keyOf(source))?.asDocument !== false;
      wanted.set(keyOf(source), { source, asDocument });
    }
    const files = new Map<string, CampaignFile>();
    // Waits for all of them, so that nothing is still being fetched when the first error is returned.
    const outcomes = await Promise.allSettled(
      [...wanted].map(async ([key, request]) => {
        const purpose = `${request.asDocument} ${key}`;
        const file = known.files.get(purpose) ?? this.fileOf(tenantId, request, known);
        known.files.set(purpose, file);
        files.set(key, await file);
      }),
    );
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    return files;
  }

  private async fileOf(
    tenantId: string,
    { source, asDocument }: FileRequest,
    { budget, until, signal }: FilesOfRequest,
  ): Promise<CampaignFile> {
    if (source.mediaUrl === undefined) return this.uploadedFile(tenantId, source);
    signal?.throwIfAborted();
    try {
      if (performance.now() > until) throw tooLate();
      return await this.media.fetch(tenantId, source.mediaUrl, { asDocument, budget, signal });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const { kind, code, message } = error;
      const errors = [{ path: source.path, message }];
      throw new DomainError(kind, code, `${source.path}: ${message}`, { errors });
    }
  }

  private async uploadedFile(tenantId: string, { path, mediaId = '' }: FileSource): Promise<CampaignFile> {
    const file = await this.media.find(tenantId, mediaId);
    if (file) return file;
    throw invalid([{ path, message: `there is no media ${mediaId}; upload it with POST /api/media` }]);
  }
}

function tooLate(): DomainError {
  const message =
    `The files of one request may take ${FETCH_MS / 60_000} minutes to fetch together. ` +
    'Upload them with POST /api/media, or divide the request.';
  return new DomainError('not_possible', 'media_too_slow', message);
}

function errorOf(
  type: MessageType,
  file: CampaignFile,
  { mediaUrl, webPage }: FileSource,
): string | undefined {
  const isSharePage =
    mediaUrl !== undefined && file.mimeType === WEB_PAGE && !(webPage && type === 'document');
  return isSharePage ? sharePageError(type, mediaUrl) : fileError(type, file);
}

function keyOf({ mediaId, mediaUrl }: FileSource): string {
  return mediaId ?? mediaUrl ?? '';
}

import { randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { PassThrough, type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { ByteBudget } from '../../../lib/byte-budget.js';
import { FairQueue } from '../../../lib/fair-queue.js';
import { readableSize } from '../../../lib/media-types.js';
import { sendRequest } from '../http-client.js';
import { fileNameOfHeader, fileNameOfUrl } from '../core/file-name.js';
import { findAddresses, guardTarget, pinnedTo, parseUrl, type FindAddresses } from './guard.js';

export interface RemoteFilesDeps {
  /** Where a file is put while it arrives. */
  tempDir: string;
  /** Asked for every address before anything is sent there. */
  mayConnect(address: string): boolean;
  /** A larger file is given up as soon as that shows. */
  maxBytes: number;
  /** For the whole of it: names, redirects, the last byte. */
  timeoutMs?: number;
  findAddresses?: FindAddresses;
}

/** `wrong_url`: it cannot be right; `unavailable`: the other side did not give the file. The reason is for people. */
export type RemoteFile =
  | {
      ok: true;
      path: string;
      fileName: string;
      /** The server says that it is a page for browsers. */
      isSaidPage: boolean;
    }
  | { ok: false; code: 'wrong_url' | 'unavailable'; reason: string };

type Described = Pick<RemoteFile & { ok: true }, 'fileName' | 'isSaidPage'>;

const PAGE_TYPE = /^\s*(?:text\/html|application\/xhtml\+xml)\b/i;
const TIMEOUT_MS = 30_000;
const MAX_REDIRECTS = 3;
/**
 * Node looks names up in its few threads for files and passwords (four unless set). A name server that does not answer
 * keeps one for many seconds.
 */
const LOOKUPS = { atOnce: 2, perTenant: 1, waitingPerTenant: 1_000, waitMs: TIMEOUT_MS };
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** The other side did not give the file; the message becomes the reason. Never leaves this module. */
class Unavailable extends Error {}
class WrongUrl extends Error {}

/**
 * Fetches files from URLs that tenants give. They must not become a way into our own network: every host, also that of
 * a redirect, is resolved and checked first, and the connection goes to the very addresses that were checked.
 */
export class RemoteFiles {
  private readonly lookups = new FairQueue(LOOKUPS, () => new Unavailable('it took too long'));

  constructor(private readonly deps: RemoteFilesDeps) {}

  /**
   * The file on this machine, which the caller owns; or why there is none. What arrives is taken from the budget, so that
   * a request with many URLs ends when all of them together are too large. Owners take turns with names to look up. Throws
   * the reason of the caller's signal when that aborts; nothing of the file is left then.
   */
  async fetch(
    text: string,
    { budget, owner = '', signal: left }: { budget?: ByteBudget; owner?: string; signal?: AbortSignal } = {},
  ): Promise<RemoteFile> {
    const { tempDir, timeoutMs = TIMEOUT_MS } = this.deps;
    const path = join(tempDir, `fetched-${randomUUID()}`);
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = left ? AbortSignal.any([timeout, left]) : timeout;
    try {
      await mkdir(tempDir, { recursive: true, mode: 0o700 });
      const described = await this.follow(text, { path, signal, budget, owner });
      left?.throwIfAborted();
      return { ok: true, path, ...described };
    } catch (error) {
      await rm(path, { force: true });
      left?.throwIfAborted();
      if (error instanceof WrongUrl) return { ok: false, code: 'wrong_url', reason: error.message };
      const late = `it took longer than ${timeoutMs / 1_000} seconds`;
      return { ok: false, code: 'unavailable', reason: signal.aborted ? late : reasonOf(error) };
    }
  }

  private async follow(text: string, target: Target): Promise<Described> {
    let next = text;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const read = parseUrl(next);
      if (!read.ok)
        throw new WrongUrl(redirects === 0 ? read.reason : `it leads to a URL where ${read.reason}`);
      const { location, ...file } = await this.ask(read.url, target);
      if (location === undefined) {
        return { fileName: file.fileName ?? fileNameOfUrl(read.url), isSaidPage: file.isSaidPage === true };
      }
      next = URL.canParse(location, read.url.href) ? new URL(location, read.url.href).href : location;
    }
    throw new Unavailable(`it redirects more than ${MAX_REDIRECTS} times`);
  }

  /** Saves what the URL has, or returns where it redirects to. */
  private async ask(url: URL, target: Target): Promise<{ location?: string } & Partial<Described>> {
    const { signal, owner } = target;
    const find = this.deps.findAddresses ?? findAddresses;
    const guarded = await guardTarget(
      url,
      (address) => this.deps.mayConnect(address),
      // A name that is being looked up keeps its place, also when nobody waits for it any more.
      (host) =>
        unlessAborted(
          this.lookups.run(owner, signal, () => find(host)),
          signal,
        ),
    );
    if (signal.aborted) throw new Unavailable('it took too long');
    if (!guarded.ok) throw new WrongUrl(guarded.reason);
    const answer = await sendRequest(url, {
      lookup: pinnedTo(guarded.addresses),
      signal,
      headers: { 'user-agent': 'Starling', accept: '*/*', 'accept-encoding': 'identity' },
    });
    try {
      const { location, 'content-disposition': disposition, 'content-type': type } = answer.headers;
      if (REDIRECTS.has(answer.statusCode ?? 0) && location !== undefined) return { location };
      await this.save(answer, target);
      const fileName = disposition === undefined ? undefined : fileNameOfHeader(disposition);
      return { isSaidPage: PAGE_TYPE.test(type ?? ''), ...(fileName === undefined ? {} : { fileName }) };
    } finally {
      answer.destroy();
    }
  }

  private async save(answer: IncomingMessage, { path, signal, budget }: Target): Promise<void> {
    const { maxBytes } = this.deps;
    const tooLarge = `the file is larger than ${readableSize(maxBytes)}`;
    if (answer.statusCode !== 200) throw new Unavailable(`the server answered ${answer.statusCode}`);
    if (Number(answer.headers['content-length'] ?? 0) > maxBytes) throw new Unavailable(tooLarge);
    const unpack = unpackerOf(answer.headers['content-encoding']);
    let received = 0;
    // Opened first: a stream that opens by itself could make the file after a failure has removed it.
    const file = await open(path, 'w', 0o600);
    await pipeline(
      answer,
      unpack,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          received += chunk.length;
          if (received > maxBytes) throw new Unavailable(tooLarge);
          if (budget && !budget.take(chunk.length)) throw new Unavailable(beyond(budget));
          yield chunk;
        }
      },
      file.createWriteStream(),
      { signal },
    );
  }
}

interface Target {
  path: string;
  signal: AbortSignal;
  budget: ByteBudget | undefined;
  owner: string;
}

function beyond({ limit }: ByteBudget): string {
  return (
    `the files of one request may have ${readableSize(limit)} together (REQUEST_MEDIA_MAX_BYTES); ` +
    'upload them with POST /api/media, or divide the request'
  );
}

/** Some servers compress although they were asked not to. */
function unpackerOf(encoding: string | undefined): Duplex {
  const name = (encoding ?? 'identity').trim().toLowerCase();
  switch (name) {
    case '':
    case 'identity':
      return new PassThrough();
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'br':
      return createBrotliDecompress();
    case 'deflate':
      return createInflate();
    default:
      throw new Unavailable(`the server sent it compressed as "${name}", which it was not asked for`);
  }
}

function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Unavailable('it took too long'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the server refuses connections',
  ECONNRESET: 'the server ended the connection',
  ERR_STREAM_PREMATURE_CLOSE: 'the server ended the connection',
  EHOSTUNREACH: 'the server cannot be reached',
  ENETUNREACH: 'the server cannot be reached',
  ETIMEDOUT: 'the server does not answer',
};

/** Node's own words for TLS and protocol errors say enough. */
function reasonOf(error: unknown): string {
  if (error instanceof Unavailable) return error.message;
  const { code, message } = error as { code?: unknown; message?: unknown };
  const sentence = typeof code === 'string' ? sentences[code] : undefined;
  if (sentence !== undefined) return sentence;
  return typeof message === 'string' && message !== ''
    ? `the connection failed: ${message}`
    : 'the connection failed';
}

import { createReadStream } from 'node:fs';
import type { Agent, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { AwsV4Signer } from 'aws4fetch';
import { errorMessage, StoreUnreachable } from '../../../lib/errors.js';
import { retry } from '../../../lib/retry.js';
import { withoutTrailing } from '../../../lib/trailing.js';
import { keptConnections, sendRequest } from '../http-client.js';
import type { MediaKey, MediaStore } from './media-store.js';

export interface S3Settings {
  /** `https://s3.eu-central-1.amazonaws.com`, or the address of a server that speaks S3. */
  endpoint: string;
  bucket: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

type Method = 'PUT' | 'GET' | 'HEAD' | 'DELETE';

type Answer = IncomingMessage & { statusCode: number };

/** SHA-256 of nothing. */
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const ATTEMPTS = 3;
const BACKOFF = { baseMs: 200, maxMs: 400 };
const TIMEOUT_MS = 60_000;

/**
 * A bucket of anything that speaks S3, addressed by path, which all of them understand. Bodies are streamed; their
 * hash, which the signature needs beforehand, is the key they are stored under.
 */
export class S3MediaStore implements MediaStore {
  private readonly agent: Agent;

  constructor(private readonly settings: S3Settings) {
    this.agent = keptConnections(settings.endpoint);
  }

  async put(key: MediaKey, file: { path: string; sizeBytes: number }): Promise<void> {
    const answer = await this.ask('PUT', key, file);
    await dump(answer);
    if (answer.statusCode !== 200) throw this.statusError('PUT', answer.statusCode);
  }

  async has(key: MediaKey): Promise<boolean> {
    const answer = await this.ask('HEAD', key);
    await dump(answer);
    if (answer.statusCode === 404) return false;
    if (answer.statusCode !== 200) throw this.statusError('HEAD', answer.statusCode);
    return true;
  }

  async open(key: MediaKey): Promise<Readable | undefined> {
    const answer = await this.ask('GET', key);
    if (answer.statusCode === 200) return answer;
    await dump(answer);
    if (answer.statusCode === 404) return undefined;
    throw this.statusError('GET', answer.statusCode);
  }

  async remove(key: MediaKey): Promise<void> {
    const answer = await this.ask('DELETE', key);
    await dump(answer);
    if (answer.statusCode >= 300 && answer.statusCode !== 404)
      throw this.statusError('DELETE', answer.statusCode);
  }

  /**
   * Every request may be repeated, so an answer that does not come, or one with a 5xx status or 429, is tried again.
   */
  private ask(method: Method, key: MediaKey, file?: { path: string; sizeBytes: number }): Promise<Answer> {
    const attempt = async (number: number): Promise<Answer> => {
      const answer = await this.askOnce(method, key, file).catch((error: unknown) => {
        throw this.unreachable(error);
      });
      if (number === ATTEMPTS || !isServerError(answer.statusCode)) return answer;
      await dump(answer);
      throw this.statusError(method, answer.statusCode);
    };
    return retry(attempt, { attempts: ATTEMPTS, backoff: BACKOFF });
  }

  private unreachable(cause: unknown): StoreUnreachable {
    const message = `The media store at ${this.settings.endpoint} cannot be reached: ${errorMessage(cause)}`;
    return new StoreUnreachable(message, { cause });
  }

  private async askOnce(
    method: Method,
    key: MediaKey,
    file: { path: string; sizeBytes: number } | undefined,
  ): Promise<Answer> {
    const { endpoint, bucket, region, accessKeyId, secretAccessKey } = this.settings;
    const url = `${withoutTrailing(endpoint, '/')}/${bucket}/media/${key.tenantId}/${key.sha256}`;
    const signed = await new AwsV4Signer({
      method,
      url,
      service: 's3',
      region,
      accessKeyId,
      secretAccessKey,
      headers: { 'x-amz-content-sha256': file ? key.sha256 : EMPTY_SHA256 },
    }).sign();
    const answer = await sendRequest(signed.url, {
      method,
      agent: this.agent,
      idleMs: TIMEOUT_MS,
      headers: {
        ...Object.fromEntries(signed.headers),
        ...(file && { 'content-length': String(file.sizeBytes) }),
      },
      ...(file && { body: createReadStream(file.path) }),
    });
    return Object.assign(answer, { statusCode: answer.statusCode ?? 0 });
  }

  private statusError(method: Method, status: number): Error {
    const { endpoint, bucket } = this.settings;
    const message = `The media store answered ${status} to ${method} in ${bucket} at ${endpoint}.${hintOn(status)}`;
    return isServerError(status) ? new StoreUnreachable(message) : new Error(message);
  }
}

/** Reads an answer to its end, so that its connection can be used again. */
async function dump(answer: Answer): Promise<void> {
  await finished(answer.resume());
}

function isServerError(status: number): boolean {
  return status >= 500 || status === 429;
}

/** What an operator should look at. */
function hintOn(status: number): string {
  if (status === 403)
    return ' Check S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY and S3_REGION, and what they may do.';
  if (status === 404) return ' Check that the bucket S3_BUCKET exists.';
  return isServerError(status) ? '' : ' Check S3_ENDPOINT and S3_REGION.';
}

import { isUtf8 } from 'node:buffer';
import express, { type Request, type Response } from 'express';
import { DomainError, errorMessage, invalid } from '../../lib/errors.js';
import { shortened } from '../../lib/faults.js';
import { yieldingWork } from '../../lib/yielding-work.js';
import { jsonOverBudget } from '../json-budget.js';
import { FREE_BYTES, type Room } from './room.js';
import { run } from './run.js';

const JSON_TYPES = ['application/json', 'application/*+json'];

/** On newer versions of Node the parser understands zstd as well; the API takes the same on all of them. */
const ENCODINGS = new Set(['identity', 'gzip', 'deflate', 'br']);

/** For a body of 5 MB at 350 kbit/s. */
const ARRIVES_WITHIN_MS = 2 * 60_000;

export interface BodyLimits {
  bytes: number;
  /** Undefined where bodies are so small that they need none. */
  room?: Room;
}

/** Reads a JSON body of at most `limits.bytes`; a request without one has the body `{}`. */
export async function readJson(request: Request, response: Response, limits: BodyLimits): Promise<unknown> {
  if (!hasBody(request)) return {};
  if (!request.is(JSON_TYPES)) {
    throw new DomainError(
      'unsupported_type',
      'not_json',
      'The body must be JSON: send it with the header "Content-Type: application/json".',
    );
  }
  refuseOtherEncodings(request);
  refuseOtherCharsets(request);
  const bytes = await arrivedBytes(request, response, limits);
  // An empty body that was sent in chunks.
  if (bytes.length === 0) return {};
  return parsed(bytes);
}

async function arrivedBytes(request: Request, response: Response, limits: BodyLimits): Promise<Buffer> {
  const reader = express.raw({ limit: limits.bytes, type: JSON_TYPES });
  const timer = setTimeout(() => response.destroy(), ARRIVES_WITHIN_MS);
  try {
    const refused = watchArrival(request, limits);
    await Promise.race([run(reader, request, response), refused]);
  } finally {
    clearTimeout(timer);
  }
  const body: unknown = request.body;
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

/** Looks at the bytes, makes a value of them and leaves it to others to go on, each of which takes time for a large body. */
async function parsed(bytes: Buffer): Promise<unknown> {
  const work = yieldingWork(Number.POSITIVE_INFINITY);
  // Decoding would turn broken bytes into question marks, names included.
  if (!isUtf8(bytes)) {
    const message = 'The body is not valid UTF-8, as JSON must be. Encode it so.';
    throw new DomainError('invalid', 'not_utf8', message);
  }
  const over = jsonOverBudget(bytes);
  if (over) throw invalid([over], 'body_over_budget');
  await work.yieldIfDue();
  const value = parse(bytes);
  await work.yieldIfDue();
  return value;
}

function parse(bytes: Buffer): unknown {
  try {
    // Without the mark that some put before UTF-8.
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new DomainError('invalid', 'not_json', `The body is not valid JSON: ${errorMessage(error)}.`);
  }
}

function hasBody(request: Request): boolean {
  const length = request.get('content-length');
  return request.get('transfer-encoding') !== undefined || (length !== undefined && length !== '0');
}

function refuseOtherEncodings(request: Request): void {
  const encoding = request.get('content-encoding');
  if (!encoding || ENCODINGS.has(encoding.toLowerCase())) return;
  throw new DomainError(
    'unsupported_type',
    'unsupported_encoding',
    'Send the body as it is or compressed with gzip, deflate or br: ' +
      `the Content-Encoding "${shortened(encoding, 40)}" is not understood.`,
  );
}

function refuseOtherCharsets(request: Request): void {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(request.get('content-type') ?? '')?.[1];
  if (charset === undefined || /^utf-?8$/i.test(charset)) return;
  const message = `The body must be encoded in UTF-8, not in ${shortened(charset, 40)}.`;
  throw new DomainError('unsupported_type', 'not_utf8', message);
}

/**
 * Takes the room that the body needs; rejects when more arrives than there is room for. Of most bodies it is known before
 * the first byte; one that is sent in chunks takes its room when it turns out to be large. The reader counts what it has
 * inflated; here the bytes on the line count, of which a compressed body may have any number that inflate to nothing.
 */
function watchArrival(request: Request, { bytes, room }: BodyLimits): Promise<never> {
  const declared = Number(request.get('content-length') ?? Number.NaN);
  const compressed = (request.get('content-encoding') || 'identity').toLowerCase() !== 'identity';
  // The reader would let all of it arrive before it says so.
  if (declared > bytes) throw tooLarge(bytes);
  const known = compressed ? bytes : declared;
  if (known > FREE_BYTES) room?.takeBody(known);
  return new Promise((_resolve, reject) => {
    let arrived = 0;
    request.on('data', (chunk: Buffer) => {
      const isLarge = arrived <= FREE_BYTES && arrived + chunk.length > FREE_BYTES;
      arrived += chunk.length;
      try {
        if (isLarge && Number.isNaN(known)) room?.takeBody(bytes);
        if (arrived > bytes && compressed) throw tooLarge(bytes);
      } catch (error) {
        request.removeAllListeners('data').unpipe();
        reject(error);
      }
    });
  });
}

function tooLarge(bytes: number): DomainError {
  return new DomainError(
    'too_large',
    'body_too_large',
    `The body is larger than ${bytes} bytes, the limit of this route.`,
  );
}

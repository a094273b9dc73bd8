import { isUtf8 } from 'node:buffer';
import express, { type Request, type Response } from 'express';
import { DomainError } from '../../lib/errors.js';
import { run } from './run.js';

const JSON_TYPES = ['application/json', 'application/*+json'];

/** On newer versions of Node the parser understands zstd as well; the API takes the same on all of them. */
const ENCODINGS = new Set(['identity', 'gzip', 'deflate', 'br']);

/** Reads a JSON body of at most `limitBytes`; a request without one has the body `{}`. */
export async function readJson(request: Request, response: Response, limitBytes: number): Promise<unknown> {
  if (!hasBody(request)) return {};
  if (!request.is(JSON_TYPES)) {
    throw new DomainError(
      'unsupported_type',
      'not_json',
      'The body must be JSON: send it with the header "Content-Type: application/json".',
    );
  }
  refuseOtherEncodings(request);
  const parser = express.json({
    limit: limitBytes,
    type: JSON_TYPES,
    strict: false,
    verify: refuseBrokenUtf8,
  });
  await run(parser, request, response);
  const body: unknown = request.body;
  return body;
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
    `Send the body as it is or compressed with gzip, deflate or br: the Content-Encoding "${encoding}" is not understood.`,
  );
}

/** Decoding would turn the broken bytes into question marks, names included. */
function refuseBrokenUtf8(_request: unknown, _response: unknown, bytes: Buffer, encoding: string): void {
  if (encoding !== 'utf-8' || isUtf8(bytes)) return;
  throw new DomainError('invalid', 'not_utf8', 'The body is not valid UTF-8, as JSON must be. Encode it so.');
}

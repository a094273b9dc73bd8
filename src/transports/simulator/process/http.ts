import type { IncomingMessage, ServerResponse } from 'node:http';
import { DomainError, invalid, type FieldError } from '../../../lib/errors.js';
import { statusByKind } from '../../../lib/http-status.js';
import { isRecord } from '../core/rules.js';

const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** The body as an object; throws a DomainError that says what is wrong with it. */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      throw new DomainError('too_large', 'body_too_large', `The body may have ${MAX_BODY_BYTES} bytes.`);
    }
    chunks.push(chunk);
  }
  const body = parse(Buffer.concat(chunks).toString('utf8'));
  if (!isRecord(body)) throw invalid([{ path: 'body', message: 'must be a JSON object' }]);
  return body;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(`${JSON.stringify(body)}\n`);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
  });
  response.end(bytes);
}

export function sendError(response: ServerResponse, error: DomainError): void {
  const body: { success: false; code: string; message: string; errors?: FieldError[] } = {
    success: false,
    code: error.code,
    message: error.message,
  };
  if (error.errors.length > 0) body.errors = error.errors;
  sendJson(response, statusByKind[error.kind], body);
}

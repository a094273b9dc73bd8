import express, { type Request, type Response } from 'express';
import { DomainError } from '../../lib/errors.js';
import { run } from './run.js';

const JSON_TYPES = ['application/json', 'application/*+json'];

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
  await run(express.json({ limit: limitBytes, type: JSON_TYPES, strict: false }), request, response);
  const body: unknown = request.body;
  return body;
}

function hasBody(request: Request): boolean {
  const length = request.get('content-length');
  return request.get('transfer-encoding') !== undefined || (length !== undefined && length !== '0');
}

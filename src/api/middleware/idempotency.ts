import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Request } from 'express';
import { DomainError, invalid } from '../../lib/errors.js';
import type { Tx } from '../../db/index.js';
import type { IdempotencyClaim, IdempotencyService } from '../../modules/auth/index.js';
import { failureBody, successBody } from '../envelope.js';
import { toErrorResponse } from '../error-response.js';
import type { KeepAnswer, Reply, UploadedFile } from '../route.js';

const VALID_KEY = /^[\x21-\x7e]{1,255}$/;

/** An answer ready for the wire, so that a repeat gets the same bytes. */
export interface StoredReply {
  kind: 'stored';
  status: number;
  body: unknown;
}

interface RepeatableRequest {
  tenantId: string;
  request: Request;
  requestId: string;
  body: unknown;
  file: UploadedFile | undefined;
}

/**
 * Runs `work` once per `Idempotency-Key`: a repeat gets the first answer, errors included. Not kept are answers that
 * only time can change: 5xx and 429.
 */
export async function onlyOnce(
  idempotency: IdempotencyService,
  repeatable: RepeatableRequest,
  work: (keepAnswer: KeepAnswer) => Promise<Reply>,
): Promise<Reply | StoredReply> {
  const key = repeatable.request.get('idempotency-key');
  if (key === undefined) return work(keepNothing);
  if (!VALID_KEY.test(key)) {
    throw invalid([{ path: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' }]);
  }
  const outcome = await idempotency.begin(repeatable.tenantId, key, await fingerprint(repeatable));
  switch (outcome.kind) {
    case 'claimed':
      return runAndKeep(idempotency, outcome.claim, repeatable.requestId, work);
    case 'answered':
      return { kind: 'stored', status: outcome.status, body: outcome.body };
    case 'other_request':
      throw new DomainError(
        'conflict',
        'idempotency_key_reused',
        'This Idempotency-Key was used for another request. Use a new key for a new request.',
      );
    case 'under_way':
      throw new DomainError(
        'conflict',
        'idempotency_key_under_way',
        'The first request with this Idempotency-Key is still under way. Ask again in a second.',
        { retryAfterSeconds: 1 },
      );
  }
}

async function runAndKeep(
  idempotency: IdempotencyService,
  claim: IdempotencyClaim,
  requestId: string,
  work: (keepAnswer: KeepAnswer) => Promise<Reply>,
): Promise<Reply> {
  const keepAnswer: KeepAnswer = async (tx: Tx, reply) => {
    const answer = answerOf(reply);
    if (answer) await idempotency.keepWith(tx, claim, answer);
  };
  try {
    const reply = await idempotency.whileAtWork(claim, () => work(keepAnswer));
    const answer = answerOf(reply);
    if (answer) await idempotency.keep(claim, answer);
    else await idempotency.release(claim);
    return reply;
  } catch (error) {
    const answer = toErrorResponse(error, requestId);
    if (answer.status >= 500 || answer.status === 429) await idempotency.release(claim);
    else {
      const body = failureBody(answer.message, answer.errors);
      await idempotency.keep(claim, { status: answer.status, body });
    }
    throw error;
  }
}

/** For requests without a key. */
export const keepNothing: KeepAnswer = () => Promise.resolve();

function answerOf(reply: Reply): { status: number; body: unknown } | undefined {
  return reply.kind === 'json' ? { status: reply.status, body: successBody(reply.data) } : undefined;
}

/** Of an upload the content counts, not the boundary that the client draws anew for every attempt. */
async function fingerprint({ request, body, file }: RepeatableRequest): Promise<string> {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([request.method, request.originalUrl, body, file?.originalName ?? null]));
  if (file) await pipeline(createReadStream(file.path), hash, { end: false });
  return hash.digest('hex');
}

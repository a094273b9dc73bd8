import { MulterError } from 'multer';
import { DomainError, StoreUnreachable, type FieldError } from '../lib/errors.js';
import { statusByKind } from '../lib/http-status.js';
import { codeOf, unavailableResource, type UnavailableResource } from '../lib/transient-errors.js';

/** What an error becomes on the wire. */
export interface ErrorResponse {
  status: number;
  message: string;
  errors: FieldError[];
  retryAfterSeconds?: number;
  /** True when the caller did not cause it: its details go into the log, not into the answer. */
  unexpected: boolean;
  /** Set when a resource is unavailable: many requests in a row fail with it, so it is logged throttled. */
  unavailable?: UnavailableResource;
}

/** Waits named in `Retry-After` where the error itself names none. */
const RETRY_SECONDS = { too_many: 60, unavailable: 5 };

/** A NUL character (or broken UTF-8), which PostgreSQL can store neither as text nor as JSON. */
const UNSTORABLE_TEXT_CODES = new Set(['22021', '22P05']);

const ZLIB_CODES = /^(Z_|ERR_.*_DECODER_|ERR__ERROR_|ERR_BROTLI)/;

/** The one place where errors become statuses. */
export function toErrorResponse(error: unknown, requestId: string): ErrorResponse {
  if (error instanceof DomainError) return fromDomain(error);
  if (error instanceof MulterError) return fromUpload(error);
  const code = codeOf(error);
  if (code !== undefined && UNSTORABLE_TEXT_CODES.has(code)) {
    return errorResponse(400, 'The input contains a NUL character, which cannot be stored. Remove it.');
  }
  const unavailable = unavailableResource(error);
  if (unavailable) return fromUnavailable(unavailable, error);
  return (
    fromHttp(error) ?? {
      ...errorResponse(
        500,
        `Something went wrong on our side. The log has the details under the id ${requestId}.`,
      ),
      unexpected: true,
    }
  );
}

function errorResponse(status: number, message: string, errors: FieldError[] = []): ErrorResponse {
  return { status, message, errors, unexpected: false };
}

const unavailableMessages: { readonly [What in UnavailableResource]: string } = {
  server: 'The database or the queue cannot be reached at the moment. Try again soon.',
  disk: 'There is no room left on the disk of the server or of its database. Nothing was stored; try again later.',
  lock: 'Other work holds what this request needs. Try again soon.',
};

/** A full disk is not cleared within seconds. */
const DISK_RETRY_SECONDS = 60;

function fromUnavailable(unavailable: UnavailableResource, error: unknown): ErrorResponse {
  const message =
    error instanceof StoreUnreachable
      ? 'The store of files cannot be reached at the moment. Try again soon.'
      : unavailableMessages[unavailable];
  const retryAfterSeconds = unavailable === 'disk' ? DISK_RETRY_SECONDS : RETRY_SECONDS.unavailable;
  return { ...errorResponse(503, message), retryAfterSeconds, unexpected: true, unavailable };
}

function fromDomain(error: DomainError): ErrorResponse {
  const response = errorResponse(statusByKind[error.kind], error.message, error.errors);
  if (error.kind !== 'too_many' && error.kind !== 'unavailable') {
    return { ...response, retryAfterSeconds: error.retryAfterSeconds };
  }
  return { ...response, retryAfterSeconds: error.retryAfterSeconds ?? RETRY_SECONDS[error.kind] };
}

/** What is left after middleware/uploads.ts named the limits. */
function fromUpload(error: MulterError): ErrorResponse {
  const path = error.field ?? 'form';
  return errorResponse(400, `${path}: ${error.message}`, [{ path, message: error.message }]);
}

/** Errors of Express and its body parser carry their own status. */
function fromHttp(error: unknown): ErrorResponse | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  if (error.status < 400 || error.status > 499) return undefined;
  if ('type' in error && error.type === 'entity.too.large' && 'limit' in error) {
    return errorResponse(
      413,
      `The body is larger than ${String(error.limit)} bytes, the limit of this route.`,
    );
  }
  if ('code' in error && typeof error.code === 'string' && ZLIB_CODES.test(error.code)) {
    return errorResponse(400, `The body is not compressed as its Content-Encoding says: ${error.message}.`);
  }
  return errorResponse(error.status, error.message);
}

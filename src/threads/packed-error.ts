import { DomainError, errorMessage, type ErrorKind, type FieldError } from '../lib/errors.js';

/** An error on its way to another thread: copying keeps neither the class nor the fields of one. */
export type PackedError =
  | {
      kind: 'domain';
      domain: { kind: ErrorKind; code: string; message: string };
      details: { errors: FieldError[]; retryAfterSeconds?: number };
    }
  | { kind: 'other'; name: string; message: string; code?: string; stack?: string };

export function packError(error: unknown): PackedError {
  if (error instanceof DomainError) {
    const { kind, code, message, errors, retryAfterSeconds } = error;
    return { kind: 'domain', domain: { kind, code, message }, details: { errors, retryAfterSeconds } };
  }
  const { name, stack } = error instanceof Error ? error : { name: 'Error', stack: undefined };
  return { kind: 'other', name, message: errorMessage(error), code: codeOf(error), stack };
}

export function unpackError(packed: PackedError): Error {
  if (packed.kind === 'domain') {
    const { kind, code, message } = packed.domain;
    return new DomainError(kind, code, message, packed.details);
  }
  const { name, message, code, stack } = packed;
  const error = new Error(message);
  return Object.assign(error, { name, ...(code === undefined ? {} : { code }), ...(stack ? { stack } : {}) });
}

function codeOf(error: unknown): string | undefined {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : undefined;
}

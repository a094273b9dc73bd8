import { listedFaults, sentenceOf, shortMessage, type FieldError } from './faults.js';

export type { FieldError } from './faults.js';

/**
 * The policy behind an error. The API maps a kind to a status; modules never speak HTTP.
 * `conflict` is about the state of a thing, `not_possible` about something that is missing for the request to work.
 */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'too_slow'
  | 'unsupported_type'
  | 'not_possible'
  | 'too_many'
  | 'unavailable';

/**
 * An expected error: a request that is refused. `code` is stable for programs, `message` is written for the person who
 * reads it. Both may quote the caller, so they are kept as an answer carries them: shortened, the first faults only.
 */
export class DomainError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly errors: FieldError[];
  readonly retryAfterSeconds: number | undefined;

  constructor(
    kind: ErrorKind,
    code: string,
    message: string,
    details: { errors?: FieldError[]; retryAfterSeconds?: number } = {},
  ) {
    super(shortMessage(message));
    this.name = 'DomainError';
    this.kind = kind;
    this.code = code;
    this.errors = listedFaults(details.errors ?? []);
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

export function notFound(thing: string, id: string): DomainError {
  return new DomainError(
    'not_found',
    `${thing}_not_found`,
    `There is no ${thing.replaceAll('_', ' ')} ${id}.`,
  );
}

/** Invalid input: one message per field. */
export function invalid(errors: FieldError[], code = 'invalid_input'): DomainError {
  return new DomainError('invalid', code, sentenceOf(errors), { errors });
}

/** The caller has left, or takes nothing of the answer any more: what was still being done for them ends with this. */
export class CallerGone extends Error {
  constructor() {
    super('the caller has gone');
    this.name = 'CallerGone';
  }
}

/** A store of files that does not answer. The message is for the log: it names the server. */
export class StoreUnreachable extends Error {}

/** The message of anything that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Throws when there is anything wrong. */
export function refuse(errors: FieldError[]): void {
  if (errors.length > 0) throw invalid(errors);
}

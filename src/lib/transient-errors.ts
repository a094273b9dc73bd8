import { DomainError, StoreUnreachable } from './errors.js';

/**
 * Node's, PostgreSQL's (classes 08 and 57P, too many connections, no memory, a login that is refused, a server that only
 * reads because another one has taken over) and ioredis' codes for a server that does not answer, or not as it should.
 */
const UNREACHABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
  '08P01',
  '25006',
  '28000',
  '28P01',
  '3D000',
  '53000',
  '53200',
  '53300',
  '53400',
  '57P01',
  '57P02',
  '57P03',
  '57P05',
  '58000',
  '58030',
]);

/** Errors without a code: the exact sentences of pg, pg-pool and ioredis. */
const UNREACHABLE_MESSAGES = new Set([
  'Connection terminated',
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error and is not queryable',
  'Connection is closed.',
]);

/** By their names: ioredis', and TypeORM's for a connection that broke between two statements of a transaction. */
const UNREACHABLE_NAMES = new Set([
  'MaxRetriesPerRequestError',
  'QueryRunnerAlreadyReleasedError',
  'QueryRunnerProviderAlreadyReleasedError',
]);

/** The disk of this machine, a quota or a limit on it; PostgreSQL's disk, and its word for a file system's limit. */
const DISK_FULL_CODES = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', '53100']);
const FILE_LIMIT_MESSAGE = /^could not (extend|write to) file .*: File too large/;

/**
 * PostgreSQL gave up waiting for a lock that another transaction holds, ended one of two transactions that waited for
 * each other, or one that another has overtaken. A statement that its time-out ended (57014) is not among them: it would
 * take as long the next time, so trying it again without end would keep the database busy with it for ever.
 */
const LOCK_CODES = new Set(['55P03', '40P01', '40001']);

/** PostgreSQL's word for a statement that was cancelled: by its time-out, on our own demand, or by an operator. */
export const STATEMENT_CANCELLED = '57014';

/** A resource outside the program that it needs. */
export type UnavailableResource = 'server' | 'disk' | 'lock';

/**
 * What an error says is missing for the moment: a database, queue or store that does not answer, room on a disk, a row
 * that another transaction locks. Undefined for all others: trying again does not help.
 */
export function unavailableResource(error: unknown): UnavailableResource | undefined {
  if (error instanceof StoreUnreachable) return 'server';
  if (error instanceof DomainError) return error.code === 'queue_unavailable' ? 'server' : undefined;
  const code = codeOf(error);
  if (code !== undefined && DISK_FULL_CODES.has(code)) return 'disk';
  if (code !== undefined && LOCK_CODES.has(code)) return 'lock';
  if (code !== undefined && UNREACHABLE_CODES.has(code)) return 'server';
  if (!(error instanceof Error)) return undefined;
  if (FILE_LIMIT_MESSAGE.test(error.message)) return 'disk';
  if (UNREACHABLE_MESSAGES.has(error.message) || UNREACHABLE_NAMES.has(error.name)) return 'server';
  return undefined;
}

/** TypeORM wraps the driver's error; Node wraps several connection attempts in an AggregateError with a code. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'driverError' in error ? codeOf(error.driverError) : undefined;
}

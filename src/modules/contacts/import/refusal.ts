import { DomainError } from '../../../lib/errors.js';

/** Why a whole file cannot be imported; the reason is shown to its owner. */
export function refusal(reason: string): DomainError {
  return new DomainError('invalid', 'import_file_refused', reason);
}

/** Whether Node's file system threw this, such as `ENOENT`. */
export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}

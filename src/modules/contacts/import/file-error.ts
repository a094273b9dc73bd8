import { DomainError } from '../../../lib/errors.js';

/** The error for a file that cannot be imported at all; the reason is shown to the uploader. */
export function fileError(reason: string): DomainError {
  return new DomainError('invalid', 'import_file_refused', reason);
}

/** True for an error with this code, such as Node's `ENOENT`. */
export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}

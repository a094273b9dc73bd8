import type { ErrorKind } from './errors.js';

/** The HTTP status of each kind of DomainError, in the API and in the simulator's control server alike. */
export const statusByKind: { readonly [Kind in ErrorKind]: number } = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  too_slow: 408,
  conflict: 409,
  too_large: 413,
  unsupported_type: 415,
  not_possible: 422,
  too_many: 429,
  unavailable: 503,
};

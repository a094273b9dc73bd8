import { DomainError } from '../lib/errors.js';
import { withFallback } from '../lib/time-out.js';

export function queueUnavailable(): DomainError {
  return new DomainError(
    'unavailable',
    'queue_unavailable',
    'The job queue cannot be reached at the moment. Try again in a few seconds.',
    { retryAfterSeconds: 5 },
  );
}

/**
 * The work's result, or a DomainError of kind `unavailable` when it takes longer than `ms`. The work itself goes on.
 */
export function withinDeadline<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  return withFallback(ms, work, () => {
    throw queueUnavailable();
  });
}

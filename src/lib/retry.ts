import pRetry from 'p-retry';
import type { Random } from './random.js';

/** The rest after the first failure, doubled after each further one, and the longest; in milliseconds. */
export interface Backoff {
  baseMs: number;
  maxMs: number;
}

export interface RetryOptions {
  backoff: Backoff;
  /** How often to try at the most; without a limit unless set. */
  attempts?: number;
  /** Whether this failure is worth another attempt; every failure unless set. Attempts count from 1. */
  mayRetry?: (error: unknown, attempt: number) => boolean;
  /** Called before each rest that another attempt follows. */
  onRetry?: (error: unknown, attempt: number) => void;
}

/** Does the work until it succeeds, and rejects with its last error when it may not be tried again. */
export async function retry<Result>(
  work: (attempt: number) => Promise<Result>,
  { backoff, attempts = Infinity, mayRetry, onRetry }: RetryOptions,
): Promise<Result> {
  let firstFailure: FailedAttempt;
  try {
    // Most work succeeds at once and is spared what counting its attempts costs.
    return await work(1);
  } catch (error) {
    firstFailure = new FailedAttempt(error);
  }
  const attemptOnce = async (attempt: number): Promise<Result> => {
    if (attempt === 1) throw firstFailure;
    try {
      return await work(attempt);
    } catch (error) {
      throw new FailedAttempt(error);
    }
  };
  try {
    return await pRetry(attemptOnce, {
      retries: attempts - 1,
      minTimeout: backoff.baseMs,
      maxTimeout: backoff.maxMs,
      shouldRetry({ error, attemptNumber }) {
        const reason = reasonOf(error);
        if (mayRetry && !mayRetry(reason, attemptNumber)) return false;
        onRetry?.(reason, attemptNumber);
        return true;
      },
    });
  } catch (error) {
    throw reasonOf(error);
  }
}

/**
 * How long to rest after that many doublings: anywhere in the upper half of the back-off, so that those who failed
 * together (the sessions of a lost network, the jobs of a lost server) do not come back in the same moment.
 */
export function jitteredRest(doublings: number, { baseMs, maxMs }: Backoff, random: Random): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(doublings, 30));
  return Math.round(ceiling * (0.5 + random() / 2));
}

/** p-retry gives up at once on a TypeError and on what is no Error; here `mayRetry` alone decides. */
class FailedAttempt extends Error {
  constructor(readonly reason: unknown) {
    super('an attempt failed');
  }
}

function reasonOf(error: unknown): unknown {
  return error instanceof FailedAttempt ? error.reason : error;
}

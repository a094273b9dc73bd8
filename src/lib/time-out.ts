import pTimeout from 'p-timeout';

/**
 * The work's result, or what `late` returns or throws when the work takes longer than `ms`, which must be positive. The
 * work itself cannot be stopped and goes on; what becomes of it after that is ignored, a failure too.
 */
export function withFallback<Result, Late>(
  ms: number,
  work: Promise<Result>,
  late: () => Late,
): Promise<Result | Late> {
  return pTimeout(work, { milliseconds: ms, fallback: late });
}

/** The work's result; rejects with "connecting took longer than 5000 ms" when it takes longer than `ms`. */
export function within<Result>(ms: number, what: string, work: Promise<Result>): Promise<Result> {
  return pTimeout(work, { milliseconds: ms, message: `${what} took longer than ${ms} ms` });
}

/** Whether the work ended, well or badly, within `ms`. */
export function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const ended = work.then(
    () => true,
    () => true,
  );
  return withFallback(ms, ended, () => false);
}

/**
 * The work's result, or what `late` returns or throws when the work takes longer than `ms`, which must be positive. The
 * work itself cannot be stopped and goes on; what becomes of it after that is ignored, a failure too.
 */
export function withFallback<Result, Late>(
  ms: number,
  work: Promise<Result>,
  late: () => Late,
): Promise<Result | Late> {
  // Every hand-over comes through here. A library's error with its stack, made in advance, took a twentieth of its time, and
  // a race makes six promises where this makes two.
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      try {
        resolve(late());
      } catch (error) {
        reject(error);
      }
    }, ms);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
    };
    work.then(
      (result) => end(() => resolve(result)),
      (error: unknown) => end(() => reject(error)),
    );
  });
}

/** The work's result; rejects with "connecting took longer than 5000 ms" when it takes longer than `ms`. */
export function within<Result>(ms: number, what: string, work: Promise<Result>): Promise<Result> {
  return withFallback(ms, work, () => {
    throw new Error(`${what} took longer than ${ms} ms`);
  });
}

/** Whether the work ended, well or badly, within `ms`. */
export function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const ended = work.then(
    () => true,
    () => true,
  );
  return withFallback(ms, ended, () => false);
}

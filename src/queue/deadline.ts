import { DomainError } from '../lib/errors.js';

export function queueUnavailable(): DomainError {
  return new DomainError(
    'unavailable',
    'queue_unavailable',
    'The job queue cannot be reached at the moment. Try again in a few seconds.',
    { retryAfterSeconds: 5 },
  );
}

/** The work's result, or a refusal of kind `unavailable` when it takes longer than `ms`. The work itself goes on. */
export async function withinDeadline<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(queueUnavailable()), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the work ended, well or badly, within `ms`. */
export async function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const ended = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([ended, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

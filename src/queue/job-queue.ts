import type { JobDefinition } from './job.js';

export interface EnqueueOptions {
  /** A job with an id that is already waiting, delayed or running is not added twice. No ':', not only digits. */
  id?: string;
  delayMs?: number;
  /** 1 is the most urgent; absent is before all of them. */
  priority?: number;
}

/**
 * What modules may ask of the queue. A queue that cannot be reached is a DomainError of kind `unavailable`; a job that
 * src/jobs.ts does not list is refused with an Error, because no worker would ever run it.
 */
export interface JobQueue {
  enqueue<Payload extends object>(
    job: JobDefinition<Payload>,
    payload: NoInfer<Payload>,
    options?: EnqueueOptions,
  ): Promise<void>;
  /**
   * With `bundled`, those that start within the same tenth of a second share a place in the queue and start together:
   * much cheaper where there are thousands. Such a job is not compared by its id with those that are in the queue, so
   * its handler must bear to run twice.
   */
  enqueueMany<Payload extends object>(
    job: JobDefinition<Payload>,
    jobs: { payload: NoInfer<Payload>; options?: EnqueueOptions }[],
    how?: { bundled?: boolean },
  ): Promise<void>;
  /**
   * Makes sure that the job starts after this call: a resting one runs now, an absent one is added, a waiting one is
   * left alone. A running one is not disturbed; it runs once more as soon as it has ended, because it may have read
   * the database before the caller's change.
   */
  wake<Payload extends object>(
    job: JobDefinition<Payload>,
    payload: NoInfer<Payload>,
    id: string,
  ): Promise<void>;
}

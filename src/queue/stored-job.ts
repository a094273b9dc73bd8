import type { Job as BullJob, JobsOptions, Queue as BullQueue, Worker as BullWorker } from 'bullmq';
import type { Bundle } from './bundle.js';

/** What BullMQ stores for one job: the catalogue's payload and the little this queue remembers about it. */
export interface StoredJob {
  payload: unknown;
  /** Attempts used up. */
  failures?: number;
  /** Set on the internal job that keeps a wake-up for a job that was running when it came. */
  wakes?: { name: string; id: string };
  /** Set on a bundle, instead of a payload. */
  bundle?: Bundle;
}

export type StoredBullJob = BullJob<StoredJob, void>;
export type StoredBullQueue = BullQueue<StoredJob, void>;
export type StoredBullWorker = BullWorker<StoredJob, void>;

/** Waits for the running job with the same queue, then runs it once more. */
export const DEFERRED_WAKE = 'queue.deferred-wake';

/** The name of our own back-off strategy; BullMQ's exponential one has no upper limit. */
const BACKOFF_STRATEGY = 'capped';

/**
 * Options of every job. Nothing that has ended stays behind, so an id can be used again at once. Attempts are
 * counted by `JobRunner`; BullMQ's own counter also counts what is no failure of the job, and never decides.
 */
export const jobDefaults: JobsOptions = {
  attempts: 2_000_000_000,
  backoff: { type: BACKOFF_STRATEGY },
  removeOnComplete: true,
  removeOnFail: true,
  stackTraceLimit: 3,
};

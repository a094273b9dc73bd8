import type { Queue as BullQueue } from 'bullmq';
import type { ExhaustedHandlers, JobCatalog, JobHandlers } from './catalog.js';
import type { JobQueue } from './job-queue.js';
import type { StartWatch } from './start-watch.js';

export interface StartOptions {
  /** Jobs this process runs at the same time, by the name of the queue, where its definition fixes no number. */
  concurrency: Readonly<Record<string, number>>;
  /** Jobs of all bundles together that this process runs at the same time. */
  bundledConcurrency: number;
  /**
   * The queue knows nothing of this installation: it is new, or has lost everything. Called by the process that
   * notices, within seconds, and again by the next process that notices, until it has resolved once.
   */
  onLost?: () => Promise<void>;
  /** Ends the watched jobs that kill their process or thread every time. Without one they are tried for ever. */
  watch?: StartWatch;
}

/** The queue as the composition root sees it; modules get the narrower `JobQueue`. */
export interface Queue<Jobs extends JobCatalog = JobCatalog> extends JobQueue {
  /** Whether the queue's server answers, within two seconds. */
  ping(): Promise<boolean>;
  /**
   * Starts this process's workers, one per queue, and the fleet's recurring jobs. `exhausted` settles jobs that have
   * failed for the last time.
   * @throws Error naming the jobs without a handler, the handlers without a job and the queues without a concurrency.
   */
  startWorkers(
    handlers: JobHandlers<Jobs>,
    options: StartOptions,
    exhausted?: ExhaustedHandlers<Jobs>,
  ): Promise<void>;
  /** Takes no more jobs, aborts every `JobContext.signal`, waits up to `timeoutMs` for running jobs, ends the workers. */
  drain(timeoutMs: number): Promise<void>;
  /** Drains, with a second for interrupted jobs to be given back, and ends the connections. Safe to call twice. */
  close(): Promise<void>;
  /** BullMQ's queues, for the queue dashboard. The last one holds the newest failures. */
  boardQueues(): BullQueue[];
}

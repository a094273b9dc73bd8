import type { Queue as BullQueue } from 'bullmq';
import type { JobHandlers, JobQueue } from './catalog.js';

export interface StartOptions {
  messageConcurrency: number;
  /**
   * The queue knows nothing of this installation: it is new, or has lost everything. Called by the process that
   * notices, within seconds, and again by the next process that notices, until it has resolved once.
   */
  onLost?: () => Promise<void>;
}

/** The queue as the composition root sees it; modules get the narrower `JobQueue`. */
export interface Queue extends JobQueue {
  /** Whether the queue's server answers, within two seconds. */
  ping(): Promise<boolean>;
  /**
   * Starts this process's workers, one per queue, and the fleet's recurring jobs.
   * @throws Error naming the jobs without a handler and the handlers without a job.
   */
  startWorkers(handlers: JobHandlers, options: StartOptions): Promise<void>;
  /** Takes no more jobs, aborts every `JobContext.signal`, waits up to `timeoutMs` for running jobs, ends the workers. */
  drain(timeoutMs: number): Promise<void>;
  /** Drains, with a second for interrupted jobs to be given back, and ends the connections. Safe to call twice. */
  close(): Promise<void>;
  /** BullMQ's queues, for the queue dashboard. The last one holds the newest failures. */
  boardQueues(): BullQueue[];
}

import type { Processor, WorkerOptions } from 'bullmq';
import type { StoredBullQueue, StoredBullWorker, StoredJob } from './stored-job.js';

export type WorkerSettings = Pick<
  WorkerOptions,
  'concurrency' | 'lockDuration' | 'stalledInterval' | 'removeOnFail' | 'settings'
>;

/** Where BullMQ keeps its jobs. Both kinds behave alike above this line. */
export interface QueueBackend {
  openQueue(name: string): StoredBullQueue;
  openWorker(name: string, process: Processor<StoredJob, void>, settings: WorkerSettings): StoredBullWorker;
  /** Resolves when the server can be asked; waits as long as it takes. */
  ready(): Promise<void>;
  /** One round trip; rejects when the server does not answer. */
  ping(): Promise<void>;
  /** Ends the connections; queues and workers are closed before. */
  close(): Promise<void>;
}

/** Options of every worker, whatever it works on. */
export const workerDefaults = {
  // A killed worker's job is given to another one within lockDuration + 2 * stalledInterval.
  lockDuration: 10_000,
  stalledInterval: 5_000,
  // A job may lose its worker any number of times; what a handler does is safe to repeat.
  maxStalledCount: 1_000_000,
  // After a lost connection; BullMQ's 15 s would leave a restarted server idle.
  runRetryDelay: 1_000,
} satisfies Partial<WorkerOptions>;

/** BullMQ's event stream has no listener here, so a short one is enough. */
export const queueDefaults = { streams: { events: { maxLen: 100 } } };

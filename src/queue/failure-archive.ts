import { UnrecoverableError } from 'bullmq';
import { errorMessage } from '../lib/errors.js';
import type { Logger } from '../lib/logger.js';
import { storableText } from '../lib/storable.js';
import type { QueueBackend } from './backend.js';
import type { StoredBullJob, StoredBullQueue, StoredBullWorker } from './stored-job.js';

/** The queue of the archive. */
export const FAILURE_QUEUE = 'failures';

const KEPT_FAILURES = 1_000;

/**
 * Keeps the last failed jobs for the queue dashboard, in a queue of their own: a failed job that stayed in its
 * queue would block its id, and the same message or campaign could never be queued again.
 */
export class FailureArchive {
  readonly queue: StoredBullQueue;
  private worker: StoredBullWorker | undefined;

  constructor(
    private readonly backend: QueueBackend,
    private readonly logger: Logger,
  ) {
    this.queue = backend.openQueue(FAILURE_QUEUE);
  }

  async add(job: StoredBullJob, error: unknown): Promise<void> {
    const copy = {
      payload: { jobId: job.id, error: storableText(errorMessage(error)), payload: job.data.payload },
    };
    try {
      await this.queue.add(job.name, copy, { removeOnFail: { count: KEPT_FAILURES } });
    } catch (cause) {
      this.logger.warn(
        { job: job.name, jobId: job.id, error: errorMessage(cause) },
        'a failure was not kept',
      );
    }
  }

  /** Files the copies under "failed", with the original error, where BullMQ keeps only the newest ones. */
  open(): StoredBullWorker {
    this.worker ??= this.backend.openWorker(
      FAILURE_QUEUE,
      (copy) => {
        const { error } = copy.data.payload as { error: string };
        return Promise.reject(new UnrecoverableError(error));
      },
      { concurrency: 1 },
    );
    return this.worker;
  }
}

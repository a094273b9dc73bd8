import { errorMessage } from '../lib/errors.js';
import type { Logger } from '../lib/logger.js';

/**
 * Asks the queue for work that PostgreSQL remembers anyway and that is picked up later anyway (by a heartbeat, by the
 * reconciler): the job only makes it start sooner. So a queue that is away must not fail what has been committed.
 */
export async function enqueueBestEffort(asked: Promise<unknown>, logger: Logger): Promise<void> {
  try {
    await asked;
  } catch (error) {
    logger.warn(
      { error: errorMessage(error) },
      'the job queue is away; work that was asked for starts later',
    );
  }
}

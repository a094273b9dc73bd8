import { DEFERRED_WAKE, type StoredBullQueue } from './stored-job.js';

/** States change between two commands; each round starts from what the job is now. */
const ROUNDS = 10;

/** BullMQ's codes for a job that is gone and for one that is in another state. */
const NOT_RESTING = new Set<unknown>([-1, -3]);

/**
 * Makes sure the job starts after this call; see `JobQueue.wake`. Every command is conditional on the job's state,
 * so that a worker or another caller who is faster is never undone. Resolves false when the job is running and
 * was left alone.
 */
export async function wakeJob(
  queue: StoredBullQueue,
  job: { name: string; payload: unknown; id: string },
  options: { whenRunning: 'defer' | 'leave' },
): Promise<boolean> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const state = await queue.getJobState(job.id);
    if (state === 'delayed') {
      if (await endDelay(queue, job.id)) return true;
    } else if (state === 'active') {
      if (options.whenRunning === 'leave') return false;
      const data = { payload: job.payload, wakes: { name: job.name, id: job.id } };
      await queue.add(DEFERRED_WAKE, data);
      return true;
    } else if (state === 'unknown') {
      await queue.add(job.name, { payload: job.payload }, { jobId: job.id });
      // Another caller may have added it with a delay in the meantime; then the next round ends that delay.
      if ((await queue.getJobState(job.id)) !== 'delayed') return true;
    } else {
      return true;
    }
  }
  throw new Error(`The job ${job.id} changes its state too fast to be woken.`);
}

/**
 * False when the job is not resting any more. Not BullMQ's `promote`: on PostgreSQL that one can put a job back to
 * waiting which a worker has just taken, and it would run twice. Changing the delay of a taken job does nothing.
 */
async function endDelay(queue: StoredBullQueue, id: string): Promise<boolean> {
  const job = await queue.getJob(id);
  if (!job) return false;
  try {
    await job.changeDelay(0);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && NOT_RESTING.has(error.code)) return false;
    throw error;
  }
}

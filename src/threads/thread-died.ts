import { errorMessage } from '../lib/errors.js';

/** Why a thread was ended that would have gone on. */
export class Stalled extends Error {}

/**
 * The thread that did a task is gone: it ran out of memory, took too long, or ended in another way that no handler can
 * catch. The process lives and other tasks go on; the same input will most likely do the same again, so whoever tries
 * again counts.
 */
export class ThreadDied extends Error {
  readonly task: string;
  readonly reason: 'out_of_memory' | 'stalled' | 'crashed';

  constructor(task: string, cause: unknown) {
    super(`The thread of the task ${task} died: ${errorMessage(cause)}`, { cause });
    this.name = 'ThreadDied';
    this.task = task;
    this.reason = isOutOfMemory(cause) ? 'out_of_memory' : cause instanceof Stalled ? 'stalled' : 'crashed';
  }
}

function isOutOfMemory(cause: unknown): boolean {
  return (
    typeof cause === 'object' &&
    cause !== null &&
    'code' in cause &&
    cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
  );
}

import { createLogger } from '../../src/lib/logger.js';
import { openThreads } from '../../src/runtime/threads.js';
import type { ThreadPool } from '../../src/threads/pool.js';

/** What a thread needs to run the sources as they are: Jest compiles them for its own thread only. */
export const threadArguments = ['--import', 'tsx'];

/** The threads of a process with the defaults; to be closed by the test. None is started before it has work. */
export function openTestThreads(): ThreadPool {
  return openThreads({ queue: { importConcurrency: 2 } }, createLogger('silent'), threadArguments);
}

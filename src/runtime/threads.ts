import type { Config } from '../config/index.js';
import { keepThreadsSmall } from '../lib/garbage.js';
import type { Logger } from '../lib/logger.js';
import { ThreadPool } from '../threads/pool.js';

/** For what comes beside the imports, which may all take as long as the database does. */
const OTHER_THREADS = 2;
/** The largest file the limits of imports let pass needs half of it. */
const MEMORY_MB = 512;

/** The one pool of the process. Its entry has the extension this file has: compiled, or run from its source. */
export function openThreads(
  { queue }: { queue: Pick<Config['queue'], 'importConcurrency'> },
  logger: Logger,
  execArgv?: string[],
): ThreadPool {
  keepThreadsSmall();
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new ThreadPool({
    entry: new URL(`../thread-main.${extension}`, import.meta.url),
    maxThreads: queue.importConcurrency + OTHER_THREADS,
    memoryMb: MEMORY_MB,
    execArgv,
    logger,
  });
}

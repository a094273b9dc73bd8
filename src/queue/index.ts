import { systemClock } from '../lib/clock.js';
import type { Logger } from '../lib/logger.js';
import { BullJobQueue } from './bull-job-queue.js';
import { jobsByName, type JobCatalog } from './catalog.js';
import { ConnectionLog } from './connection-log.js';
import type { PgClient } from './migrated-pool.js';
import { createPostgresBackend } from './postgres-backend.js';
import type { Queue } from './queue.js';
import { createRedisBackend } from './redis-backend.js';

export type { ExhaustedHandlers, JobCatalog, JobHandlers } from './catalog.js';
export type { Queue, StartOptions } from './queue.js';

export type QueueSettings =
  | { backend: 'redis'; redisUrl: string }
  | {
      backend: 'postgres';
      databaseUrl: string;
      /** Makes the connections; the driver's own unless given. */
      Client?: PgClient;
    };

export interface QueueOverrides {
  /** First part of all Redis keys; several installations may share a server. */
  namespace?: string;
  /** How long a job belongs to a worker that gives no sign of life, and how often that is checked. */
  workerTiming?: { lockDuration: number; stalledInterval: number };
}

/**
 * Connects in the background and keeps trying; nothing is thrown for a server that is down.
 * @throws Error when two jobs or two queues of the catalogue have the same name.
 */
export function createQueue<Jobs extends JobCatalog>(
  settings: QueueSettings,
  catalog: Jobs,
  logger: Logger,
  overrides: QueueOverrides = {},
): Queue<Jobs> {
  const jobs = jobsByName(catalog);
  const errors = new ConnectionLog(logger, systemClock);
  const backend =
    settings.backend === 'redis'
      ? createRedisBackend(settings.redisUrl, overrides.namespace ?? 'starling', errors)
      : createPostgresBackend(settings.databaseUrl, errors, settings.Client);
  return new BullJobQueue({
    backend,
    errors,
    logger,
    catalog,
    jobs,
    ...(overrides.workerTiming ? { workerTiming: overrides.workerTiming } : {}),
  });
}

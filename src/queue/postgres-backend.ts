import { createPostgresBackend as bullPostgresBackend, Queue, Worker } from 'bullmq';
import { queueDefaults, workerDefaults, type QueueBackend } from './backend.js';
import type { ConnectionLog } from './connection-log.js';
import { MigratedPool, type PgClient } from './migrated-pool.js';
import { jobDefaults, type StoredBullQueue, type StoredBullWorker } from './stored-job.js';

/** BullMQ on PostgreSQL, in a schema of its own. All queues and workers share one small pool. */
export function createPostgresBackend(
  databaseUrl: string,
  errors: ConnectionLog,
  Client?: PgClient,
): QueueBackend {
  const pool = new MigratedPool(databaseUrl, errors, Client);
  return {
    // BullMQ's classes carry their backend in their type; no code above this line uses what differs.
    openQueue: (name) =>
      new Queue(
        name,
        { ...queueDefaults, connection: pool, defaultJobOptions: jobDefaults },
        bullPostgresBackend,
      ) as unknown as StoredBullQueue,
    openWorker: (name, process, settings) =>
      new Worker(
        name,
        process,
        { ...workerDefaults, ...settings, connection: pool },
        bullPostgresBackend,
      ) as unknown as StoredBullWorker,
    ready: () => pool.ready,
    async ping() {
      await pool.query('select 1');
    },
    close: () => pool.end(),
  };
}

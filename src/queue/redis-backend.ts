import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { queueDefaults, workerDefaults, type QueueBackend } from './backend.js';
import type { ConnectionLog } from './connection-log.js';
import { jobDefaults, type StoredJob } from './stored-job.js';

const LONGEST_RECONNECT_PAUSE_MS = 3_000;

/** BullMQ on Redis or Valkey. All queues share one connection; each worker has a second one to block on. */
export function createRedisBackend(url: string, namespace: string, errors: ConnectionLog): QueueBackend {
  const connection = new Redis(url, {
    // BullMQ's condition for workers. Callers are protected by deadlines of their own.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(times * 200, LONGEST_RECONNECT_PAUSE_MS),
  });
  connection.setMaxListeners(0);
  connection.on('error', (error) => errors.report(error));
  // Shared by all who wait, so that a server that is away for long does not collect listeners.
  let nextReady: Promise<void> | undefined;
  // Braces make one hash tag per queue: in a cluster all keys of a queue must live on one node.
  const prefixOf = (name: string) => `{${namespace}:${name}}`;
  return {
    openQueue: (name) =>
      new Queue<StoredJob, void>(name, {
        ...queueDefaults,
        connection,
        prefix: prefixOf(name),
        defaultJobOptions: jobDefaults,
      }),
    openWorker: (name, process, settings) =>
      new Worker<StoredJob, void>(name, process, {
        ...workerDefaults,
        ...settings,
        connection,
        prefix: prefixOf(name),
      }),
    ready() {
      if (connection.status === 'ready') return Promise.resolve();
      nextReady ??= new Promise((resolve) => {
        connection.once('ready', () => {
          nextReady = undefined;
          resolve();
        });
      });
      return nextReady;
    },
    async ping() {
      await connection.ping();
    },
    close: async () => connection.disconnect(),
  };
}

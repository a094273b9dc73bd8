import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Config } from '../../src/config/index.js';
import { loadConfig } from '../../src/config/load.js';
import { jobCatalog } from '../../src/jobs.js';
import { createLogger } from '../../src/lib/logger.js';
import { concurrencyByQueue, handlersByName } from '../../src/queue/catalog.js';
import type { JobHandlers, StartOptions } from '../../src/queue/index.js';
import { createServices } from '../../src/runtime/services.js';
import { startWorkerRole } from '../../src/runtime/worker-role.js';
import { RecordingQueue } from '../senders/fixture.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { openTestThreads } from '../support/threads.js';

let db: TestDatabase;
const threads = openTestThreads();
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(async () => {
  await threads.close();
  await db.close();
});

type Started = { handlers: JobHandlers<typeof jobCatalog>; options: StartOptions };

/** Keeps what the worker's queues are started with. */
class StartedQueue extends RecordingQueue {
  started: Started | undefined;

  async startWorkers(handlers: Started['handlers'], options: StartOptions): Promise<void> {
    this.started = { handlers, options };
  }

  ping = async () => true;
  drain = async () => {};
  close = async () => {};
  boardQueues = () => [];
}

function configured(env: Record<string, string>): Config {
  const outcome = loadConfig(
    { APP_SECRET: 'a secret of this installation, long enough', ...env },
    { files: [] },
  );
  if (!outcome.ok) throw new Error(outcome.errors.join('\n'));
  return outcome.config;
}

async function startedWith(env: Record<string, string>): Promise<Started> {
  const queue = new StartedQueue();
  const inputs = {
    config: configured(env),
    logger: createLogger('silent'),
    infrastructure: { database: db.database, queue, close: async () => {} },
    transports: {},
    threads,
  };
  const worker = await startWorkerRole({ ...inputs, tuning: {} }, createServices(inputs));
  await worker.stop(1_000);
  if (!queue.started) throw new Error('The queues were not started.');
  return queue.started;
}

function concurrencyOf({ options }: Started): Record<string, number> {
  const queues = new Set(Object.values(jobCatalog).map(({ queue }) => queue));
  return Object.fromEntries(concurrencyByQueue(queues, options.concurrency));
}

it('gives every job a handler and every queue its default concurrency', async () => {
  const started = await startedWith({});
  expect(handlersByName(jobCatalog, started.handlers).size).toBe(Object.keys(jobCatalog).length);
  expect(concurrencyOf(started)).toEqual({
    messages: 1_000,
    answers: 1_000,
    campaigns: 10,
    imports: 2,
    checks: 1,
    sessions: 10,
    receipts: 25,
    ends: 1,
    maintenance: 1,
  });
  expect(started.options.bundledConcurrency).toBe(1_000);
});

it('watches the jobs that may break a process down, and can tell how far each of them is', async () => {
  const { watch } = (await startedWith({})).options;
  const watched = Object.values(jobCatalog).filter((job) => job.watch !== undefined);
  expect(watched.map(({ name }) => name)).toEqual(['contacts.import', 'contacts.bulk', 'numbers.check']);
  for (const { name } of watched) expect(watch?.knows(name)).toBe(true);
});

it('works on as many jobs at once as the settings say', async () => {
  const started = await startedWith({
    MESSAGE_CONCURRENCY: '11',
    CAMPAIGN_CONCURRENCY: '12',
    IMPORT_CONCURRENCY: '13',
    SESSION_CONCURRENCY: '14',
    RECEIPT_CONCURRENCY: '15',
  });
  expect(concurrencyOf(started)).toMatchObject({
    messages: 11,
    answers: 11,
    campaigns: 12,
    imports: 13,
    sessions: 14,
    receipts: 15,
  });
  expect(started.options.bundledConcurrency).toBe(11);
});

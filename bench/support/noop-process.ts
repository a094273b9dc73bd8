import { createPostgresBackend, Queue, runMigrations, Worker } from 'bullmq';
import pg from 'pg';
import { Redis } from 'ioredis';
import type { NoopResult, NoopSettings } from './noop.js';

const BULK = 500;
const NAME = 'noop';

/** BullMQ with the options Starling gives it, and nothing of Starling: what the queue alone can do on this machine. */
async function main({ backend, jobs, concurrency }: NoopSettings): Promise<NoopResult> {
  const payload = { tenantId: crypto.randomUUID(), campaignId: crypto.randomUUID() };
  const { open, close } = backend.kind === 'redis' ? onRedis(backend.url) : await onPostgres(backend.url);
  let done = 0;
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const { queue, worker } = open(concurrency, async () => {
    done += 1;
    if (done === jobs) finish();
  });
  await queue.waitUntilReady();
  const started = performance.now();
  const cpuBefore = process.cpuUsage();
  for (let first = 0; first < jobs; first += BULK) {
    const count = Math.min(BULK, jobs - first);
    await queue.addBulk(
      Array.from({ length: count }, () => ({
        name: NAME,
        data: { payload: { ...payload, deliveryId: crypto.randomUUID() } },
      })),
    );
  }
  await finished;
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  await worker.close();
  await queue.obliterate({ force: true });
  await queue.close();
  await close();
  return { jobsPerSecond: jobs / seconds, cpuMicrosPerJob: (user + system) / jobs };
}

type Open = (concurrency: number, work: () => Promise<void>) => { queue: Queue; worker: Worker };

const options = {
  removeOnComplete: true,
  removeOnFail: true,
} as const;

function onRedis(url: string): { open: Open; close: () => Promise<void> } {
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  return {
    open: (concurrency, work) => ({
      queue: new Queue(NAME, { connection, defaultJobOptions: options }),
      worker: new Worker(NAME, work, { connection, concurrency }),
    }),
    close: async () => connection.disconnect(),
  };
}

async function onPostgres(url: string): Promise<{ open: Open; close: () => Promise<void> }> {
  const pool = new pg.Pool({ connectionString: url, max: 18, options: '-c search_path=bullmq' });
  const client = await pool.connect();
  await runMigrations(client);
  client.release();
  return {
    open: (concurrency, work) => ({
      queue: new Queue(
        NAME,
        { connection: pool, defaultJobOptions: options },
        createPostgresBackend,
      ) as unknown as Queue,
      worker: new Worker(
        NAME,
        work,
        { connection: pool, concurrency },
        createPostgresBackend,
      ) as unknown as Worker,
    }),
    close: () => pool.end(),
  };
}

// The measuring process has died: this one is not needed any more.
process.on('disconnect', () => process.exit(1));
const result = await main(JSON.parse(process.env['NOOP_SETTINGS'] ?? '{}') as NoopSettings);
process.send?.(result, () => process.exit(0));

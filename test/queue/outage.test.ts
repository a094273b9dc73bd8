import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { jobCatalog } from '../../src/jobs.js';
import { createQueue, type Queue } from '../../src/queue/index.js';
import { createTestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';
import { atMost, catalogWith, handlersWith, logger, sendPayload, servers } from './backends.js';

const { sendMessage } = jobCatalog;
const CONCURRENCY = atMost(2);
const DOOMED_WORKER = fileURLToPath(new URL('./doomed-worker.ts', import.meta.url));
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function opened(queue: Queue): Queue {
  cleanups.push(() => queue.close());
  return queue;
}

/** Collects the recipients of the messages that were handled. */
function collector() {
  const handled: string[] = [];
  const handler = async ({ deliveryId }: { deliveryId: string }) => {
    handled.push(deliveryId);
    return { kind: 'done' as const };
  };
  return { handled, handlers: handlersWith({ sendMessage: handler }) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function startRedis(port: number): Promise<ChildProcess> {
  const dir = await mkdtemp(join(tmpdir(), 'starling-redis-'));
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    dir,
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  const child = spawn('redis-server', options, { stdio: 'ignore' });
  await once(child, 'spawn');
  cleanups.push(async () => {
    await killed(child);
    await rm(dir, { recursive: true, force: true });
  });
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

describe.each(servers)('on $name', ({ start }) => {
  const ways = [{ bundled: false }, { bundled: true }];
  it.each(ways)('gives the jobs of a killed worker to another one (bundled: $bundled)', async (how) => {
    const server = await start();
    cleanups.push(() => server.close());
    const workerTiming = { lockDuration: 1_000, stalledInterval: 500 };
    const queue = server.open({ catalog: catalogWith({}), workerTiming });
    const jobs = ['survivor', 'companion'].map((id) => ({
      payload: sendPayload(id),
      options: { id: `send-${id}` },
    }));
    await queue.enqueueMany(sendMessage, jobs, how);
    const doomed = spawn(
      process.execPath,
      ['--import', 'tsx', DOOMED_WORKER, JSON.stringify(server.settings), server.namespace],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env['PATH'] } },
    );
    cleanups.push(() => killed(doomed));
    const [line] = (await once(doomed.stdout, 'data')) as [Buffer];
    expect(line.toString()).toBe('survivor\n');
    await killed(doomed);
    const { handled, handlers } = collector();
    await queue.startWorkers(handlers, CONCURRENCY);
    await waitFor(() => handled.length === 2, { timeoutMs: 15_000 });
    expect(handled.toSorted()).toEqual(['companion', 'survivor']);
  });

  it('counts a lost queue as lost until a rebuild succeeds, whichever process does it', async () => {
    const server = await start();
    cleanups.push(() => server.close());
    const catalog = catalogWith({ reconcile: { everyMs: 1_000 } });
    const runs: string[] = [];
    const process = (name: string, onLost: () => Promise<void>): Promise<void> => {
      const reconcile = async () => {
        runs.push(name);
        return { kind: 'done' as const };
      };
      const handlers = handlersWith({ reconcile });
      return server.open({ catalog }).startWorkers(handlers, { ...CONCURRENCY, onLost });
    };
    let failures = 0;
    await process('one whose database is away', async () => {
      failures += 1;
      throw new Error('The database is away.');
    });
    await waitFor(() => failures > 1);
    expect(runs).toEqual([]);

    let rebuilt = 0;
    await process('another one', async () => void (rebuilt += 1));
    await waitFor(() => runs.length > 1);
    expect(rebuilt).toBe(1);
    const failuresBefore = failures;
    const runsBefore = runs.length;
    await waitFor(() => runs.length > runsBefore + 1);
    expect({ failures, rebuilt }).toEqual({ failures: failuresBefore, rebuilt: 1 });
  });
});

describe('a queue whose server is away', () => {
  const nowhere = [
    { backend: 'redis' as const, redisUrl: 'redis://127.0.0.1:1' },
    { backend: 'postgres' as const, databaseUrl: 'postgres://postgres@127.0.0.1:1/nothing' },
  ];

  it.each(nowhere)('says so in bounded time on $backend', async (settings) => {
    const queue = createQueue(settings, jobCatalog, logger);
    expect(await queue.ping()).toBe(false);
    await expect(queue.enqueue(sendMessage, sendPayload('a'))).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'queue_unavailable',
    });
    await queue.close();
  });

  it('ends its workers in bounded time', async () => {
    const queue = createQueue(nowhere[0]!, catalogWith({}), logger);
    await queue.startWorkers(handlersWith({}), CONCURRENCY);
    const before = Date.now();
    await queue.drain(500);
    await queue.close();
    expect(Date.now() - before).toBeLessThan(12_000);
  });

  it('works as soon as Redis comes, after Redis restarted, and after Redis lost everything', async () => {
    const port = await freePort();
    const catalog = catalogWith({ reconcile: { everyMs: 1_000 } });
    const queue = opened(
      createQueue({ backend: 'redis', redisUrl: `redis://127.0.0.1:${port}` }, catalog, logger),
    );
    const { handled, handlers } = collector();
    let reconciled = 0;
    const reconcile = async () => {
      reconciled += 1;
      return { kind: 'done' as const };
    };
    let lost = 0;
    const onLost = async () => void (lost += 1);
    await queue.startWorkers({ ...handlers, reconcile }, { ...CONCURRENCY, onLost });
    const first = await startRedis(port);
    await waitFor(() => queue.ping());
    await queue.enqueue(sendMessage, sendPayload('early'));
    await waitFor(() => handled.includes('early') && reconciled > 0, { timeoutMs: 15_000 });
    expect(lost).toBeGreaterThan(0);
    const lostBefore = lost;

    // This Redis keeps nothing on disk: a restart is also the loss of every job and scheduler.
    await killed(first);
    await startRedis(port);
    const before = reconciled;
    await waitFor(() => queue.ping());
    await queue.enqueue(sendMessage, sendPayload('late'));
    await waitFor(() => handled.includes('late') && reconciled > before + 1, { timeoutMs: 20_000 });
    expect(lost).toBeGreaterThan(lostBefore);
  });

  it('goes on after PostgreSQL ended all its connections', async () => {
    const database = await createTestDatabase();
    cleanups.push(() => database.close());
    const queue = opened(
      createQueue({ backend: 'postgres', databaseUrl: database.url }, catalogWith({}), logger),
    );
    const { handled, handlers } = collector();
    await queue.startWorkers(handlers, CONCURRENCY);
    await queue.enqueue(sendMessage, sendPayload('before'));
    await waitFor(() => handled.includes('before'));

    const admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    await admin.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await admin.end();

    await waitFor(() => queue.ping());
    await waitFor(async () => {
      await queue.enqueue(sendMessage, sendPayload('after'), { id: 'send-after' }).catch(() => undefined);
      return handled.includes('after');
    });
  });

  it('lets several processes create the tables at once', async () => {
    const database = await createTestDatabase();
    cleanups.push(() => database.close());
    const settings = { backend: 'postgres' as const, databaseUrl: database.url };
    const queues = [1, 2, 3, 4].map(() => opened(createQueue(settings, jobCatalog, logger)));
    await waitFor(async () => (await Promise.all(queues.map((queue) => queue.ping()))).every(Boolean), {
      timeoutMs: 20_000,
      what: 'all of them to have their tables',
    });
  });
});

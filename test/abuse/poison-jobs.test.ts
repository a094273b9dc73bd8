import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { jobCatalog } from '../../src/jobs.js';
import { systemClock } from '../../src/lib/clock.js';
import { ImportService, presentImport } from '../../src/modules/contacts/index.js';
import { brazilian } from '../contacts/import-harness.js';
import { logger, servers, type QueueServer } from '../queue/backends.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { openTestThreads } from '../support/threads.js';
import { waitFor } from '../support/wait-for.js';
import type { PoisonedWorkerSettings } from './poisoned-worker.js';

// Each death costs the start of a process.
jest.setTimeout(180_000);

const ROWS = 2_500;

describe.each(servers)('an import that kills its process, with the queue on $name', ({ start }) => {
  let db: TestDatabase;
  let server: QueueServer;
  let dataDir: string;
  const threads = openTestThreads();
  const children = new Set<ChildProcess>();
  beforeAll(async () => {
    [db, server] = await Promise.all([createTestDatabase(), start()]);
    dataDir = await mkdtemp(join(tmpdir(), 'starling-poison-'));
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await Promise.all([server.close(), threads.close()]);
    await db.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  let log = '';
  /** Starts a worker process. */
  function spawnWorker(): ChildProcess {
    const settings: PoisonedWorkerSettings = {
      databaseUrl: db.url,
      dataDir,
      queue: server.settings,
      namespace: server.namespace,
    };
    const program = new URL('poisoned-worker.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, ['--import', 'tsx', program, JSON.stringify(settings)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
    }
    children.add(child);
    child.once('exit', () => children.delete(child));
    return child;
  }

  async function upload(imports: ImportService, tenantId: string, originalName: string): Promise<string> {
    const path = join(dataDir, originalName);
    const rows = Array.from({ length: ROWS }, (_, row) => brazilian(row));
    await writeFile(path, ['phone', ...rows].join('\n'));
    return (await imports.create(tenantId, { file: { path, originalName } })).id;
  }

  it('ends with a reason after three deaths of its own, and the one beside it is done', async () => {
    // Those of one tenant run one after the other.
    const [tenantId, neighbour] = [await db.createTenant(), await db.createTenant()];
    const queue = server.open();
    const filesDir = join(dataDir, 'imports');
    const { database } = db;
    const imports = new ImportService({ database, queue, filesDir, threads, clock: systemClock, logger });
    const poison = await upload(imports, tenantId, 'poison.csv');
    const healthy = await upload(imports, neighbour, 'healthy.csv');
    const isOver = async (): Promise<boolean> => {
      const statuses = [await imports.get(tenantId, poison), await imports.get(neighbour, healthy)];
      return statuses.every(({ status }) => status !== 'queued' && status !== 'running');
    };

    let deaths = 0;
    for (let over = false; !over;) {
      const child = spawnWorker();
      const exit = once(child, 'exit').then(([, signal]: unknown[]) => signal);
      const end = await Promise.race([exit, waitFor(isOver, { timeoutMs: 60_000, everyMs: 100 })]);
      over = end === true;
      if (over) {
        child.kill('SIGTERM');
        await exit;
        break;
      }
      expect({ end, log }).toMatchObject({ end: 'SIGKILL' });
      deaths += 1;
      // The queue may lose everything meanwhile: what is known of the deaths does not depend on it.
      if (deaths === 2)
        await Promise.all(queue.boardQueues().map((each) => each.obliterate({ force: true })));
    }

    // Once beside the other one, which says nothing, and three times alone.
    expect(deaths).toBe(4);
    expect(presentImport(await imports.get(tenantId, poison))).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('three times the process that worked on it broke down'),
      counts: { rows: 0 },
    });
    expect(presentImport(await imports.get(neighbour, healthy))).toMatchObject({
      status: 'completed',
      counts: { rows: ROWS, created: ROWS },
    });
    expect(log).toContain('"alert":"job.poisoned"');
    expect(log).toContain(jobCatalog.importContacts.name);
    expect(await database.manager.query('SELECT * FROM job_starts')).toEqual([]);
  });
});

import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../../src/config/load.js';
import { createDataSource, Database } from '../../src/db/index.js';
import { jobCatalog } from '../../src/jobs.js';
import { createLogger } from '../../src/lib/logger.js';
import { createQueue } from '../../src/queue/index.js';
import { createServices } from '../../src/runtime/services.js';
import { openThreads } from '../../src/runtime/threads.js';
import { startWorkerRole } from '../../src/runtime/worker-role.js';
import { entities, migrations } from '../../src/schema.js';

/** What `poison-jobs.test.ts` tells it. */
export interface PoisonedWorkerSettings {
  databaseUrl: string;
  dataDir: string;
  queue: Parameters<typeof createQueue>[0];
  namespace: string;
}

/**
 * A worker process for tests, as the product starts it. Its fault: an import of a file called `poison.csv` kills it, as the
 * kernel does when memory runs out. The first time it kills a process that is working on `healthy.csv`, too.
 */
const settings = JSON.parse(process.argv[2] ?? '') as PoisonedWorkerSettings;
const loaded = loadConfig(
  { APP_SECRET: 'a secret of the tests that is long enough', DATA_DIR: settings.dataDir },
  { files: [] },
);
if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
const dataSource = createDataSource({ url: settings.databaseUrl, entities, migrations, connections: 5 });
await dataSource.initialize();
const database = new Database(dataSource);
const logger = createLogger('warn');
const queue = createQueue(settings.queue, jobCatalog, logger, {
  namespace: settings.namespace,
  workerTiming: { lockDuration: 1_000, stalledInterval: 500 },
});
const inputs = {
  config: loaded.config,
  logger,
  infrastructure: { database, queue, close: async () => {} },
  transports: {},
  threads: openThreads(loaded.config, logger),
};
const services = createServices(inputs);
const { handleImport } = services.imports;
const faulty: typeof handleImport = async (payload, context) => {
  const { fileName } = await services.imports.get(payload.tenantId, payload.importId);
  if (fileName === 'poison.csv') {
    while (!(await mayKill(payload.importId))) await sleep(20);
    process.kill(process.pid, 'SIGKILL');
  }
  if (fileName === 'healthy.csv' && !(await hasAnyDied())) return new Promise(() => {});
  return handleImport(payload, context);
};
Object.assign(services.imports, { handleImport: faulty });
const worker = await startWorkerRole({ ...inputs, tuning: {} }, services);
process.on('SIGTERM', () => {
  void worker
    .stop(5_000)
    .then(() => Promise.all([queue.close(), inputs.threads.close()]))
    .then(() => dataSource.destroy());
});

/** As soon as it runs alone, or beside the other one. */
async function mayKill(importId: string): Promise<boolean> {
  const rows = await database.manager.query<unknown[]>(
    `SELECT 1 FROM job_starts WHERE died_at IS NULL
     HAVING bool_or(alone AND work_id = $1) OR count(*) = 2`,
    [importId],
  );
  return rows.length > 0;
}

async function hasAnyDied(): Promise<boolean> {
  const rows = await database.manager.query<unknown[]>('SELECT 1 FROM job_starts WHERE died_at IS NOT NULL');
  return rows.length > 0;
}

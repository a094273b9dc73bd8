import { createDataSource } from '../src/db/index.js';
import { applyMigrations } from '../src/db/migrate.js';
import { until } from '../src/demo/until.js';
import { jobCatalog } from '../src/jobs.js';
import { createLogger } from '../src/lib/logger.js';
import { createQueue } from '../src/queue/index.js';
import { entities, migrations } from '../src/schema.js';
import { copyRows } from './copied-rows.js';
import { query } from './postgres.js';

const BACKUP = 'starling_backup';

/** Beside the database, in tables made anew; what is already there of another one is thrown away. Returns its moment. */
export async function takeBackup(databaseUrl: string): Promise<Date> {
  const server = onServer(databaseUrl, 'postgres');
  await query(server, `DROP DATABASE IF EXISTS ${BACKUP} WITH (FORCE)`);
  await query(server, `CREATE DATABASE ${BACKUP}`);
  const backupUrl = backupOf(databaseUrl);
  await makeTables(backupUrl);
  const [queue] = await query<{ isHere: boolean }>(
    databaseUrl,
    `SELECT to_regnamespace('bullmq') IS NOT NULL AS "isHere"`,
  );
  if (queue?.isHere) await makeQueueTables(backupUrl);
  return copyRows(databaseUrl, backupUrl);
}

export function backupOf(databaseUrl: string): string {
  return onServer(databaseUrl, BACKUP);
}

/** The database is lost; the backup has its name from here on. */
export async function putBack(databaseUrl: string): Promise<void> {
  const server = onServer(databaseUrl, 'postgres');
  const name = new URL(databaseUrl).pathname.slice(1);
  await query(server, `DROP DATABASE ${name} WITH (FORCE)`);
  await query(server, `ALTER DATABASE ${BACKUP} RENAME TO ${name}`);
}

function onServer(databaseUrl: string, name: string): string {
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function makeTables(url: string): Promise<void> {
  const dataSource = createDataSource({ url, entities, migrations, connections: 2 });
  await dataSource.initialize();
  try {
    await applyMigrations(dataSource, createLogger('silent'));
  } finally {
    await dataSource.destroy();
  }
}

async function makeQueueTables(databaseUrl: string): Promise<void> {
  const queue = createQueue({ backend: 'postgres', databaseUrl }, jobCatalog, createLogger('silent'));
  try {
    await until('the tables of the queue', async () => (await queue.ping()) || undefined);
  } finally {
    await queue.close();
  }
}

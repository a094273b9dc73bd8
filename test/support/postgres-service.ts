import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { createDataSource } from '../../src/db/index.js';
import { startEmbeddedPostgres } from '../../src/db/embedded/index.js';
import { createLogger } from '../../src/lib/logger.js';
import { entities, migrations } from '../../src/schema.js';

/** Nothing in a test cluster has to survive a power cut. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '500',
};

const TEMPLATE_LOCK = 742_001;

/** A throw-away PostgreSQL cluster made by the code under test itself. */
export async function startTestPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'starling-test-'));
  // Run as root, PostgreSQL belongs to another OS user, who has to get into this folder.
  await chmod(dataDir, 0o755);
  const postgres = await startEmbeddedPostgres({
    dataDir,
    logger: createLogger('error'),
    settings: SETTINGS,
  });
  return {
    url: postgres.url,
    async stop() {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/**
 * Makes the migrated database that test files clone theirs from, and returns its name. The name holds a hash of the
 * migrations: on a server that outlives the run, an edited migration leads to a new template.
 */
export async function ensureTemplate(adminUrl: string): Promise<string> {
  const name = `starling_template_${await migrationsHash()}`;
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const found = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount === 0) await createTemplate(admin, adminUrl, name);
  } finally {
    await admin.end();
  }
  return name;
}

/** Makes a database with nothing in it and returns its URL; it goes away with the cluster. */
export async function createEmptyDatabase(adminUrl: string): Promise<string> {
  const url = new URL(adminUrl);
  url.pathname = `/empty_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await admin.query(`CREATE DATABASE ${url.pathname.slice(1)}`);
  } finally {
    await admin.end();
  }
  return url.href;
}

async function createTemplate(admin: pg.Client, adminUrl: string, name: string): Promise<void> {
  const partial = `${name}_partial`;
  await admin.query(`DROP DATABASE IF EXISTS ${partial} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${partial}`);
  const url = new URL(adminUrl);
  url.pathname = `/${partial}`;
  const dataSource = createDataSource({ url: url.href, entities, migrations, connections: 2 });
  await dataSource.initialize();
  try {
    await dataSource.runMigrations({ transaction: 'all' });
  } finally {
    await dataSource.destroy();
  }
  await admin.query(`ALTER DATABASE ${partial} RENAME TO ${name}`);
}

async function migrationsHash(): Promise<string> {
  const folder = path.resolve(import.meta.dirname, '../../migrations');
  const hash = createHash('sha256');
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'));
  for (const file of files.toSorted()) hash.update(await readFile(path.join(folder, file)));
  return hash.digest('hex').slice(0, 12);
}

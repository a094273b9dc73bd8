import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/db/embedded/index.js';
import { createLogger } from '../../src/lib/logger.js';
import { startTestRedis } from '../../test/support/redis-service.js';
import type { BenchServices, Scenario } from '../figure.js';

/** Settings of a server that counts what each statement takes, planning included. */
const countingStatements = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track': 'top',
  'pg_stat_statements.track_planning': 'on',
};

/** A PostgreSQL with the settings of the product, fsync included, and a Redis, both of this run alone. */
export async function startServices({ countsStatements }: Pick<Scenario, 'countsStatements'> = {}): Promise<
  BenchServices & { stop(): Promise<void> }
> {
  const dataDir = await mkdtemp(join(tmpdir(), 'starling-bench-db-'));
  // Run as root, PostgreSQL belongs to another OS user, who has to get into this folder.
  await chmod(dataDir, 0o755);
  // BENCH_STATEMENTS=1 and EXPLAIN_MS=20 show what statements cost and how they are planned.
  const postgres = await startEmbeddedPostgres({
    dataDir,
    logger: createLogger('error'),
    ...(countsStatements && { settings: countingStatements }),
    ...(process.env['BENCH_STATEMENTS']
      ? {
          settings: {
            shared_preload_libraries: 'pg_stat_statements,auto_explain',
            'auto_explain.log_min_duration': process.env['EXPLAIN_MS'] ?? '-1',
            'auto_explain.log_analyze': 'on',
            'auto_explain.log_triggers': 'on',
            'auto_explain.log_buffers': 'on',
            'pg_stat_statements.track': 'all',
            'pg_stat_statements.track_planning': 'on',
          },
        }
      : {}),
  });
  const redis = await startTestRedis();
  return {
    postgresUrl: postgres.url,
    postgresPid: Number((await postmasterFile(postgres.url)).split('\n')[0]),
    redisUrl: redis.url,
    redisPid: redis.pid,
    async stop() {
      await redis.stop();
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function postmasterFile(url: string): Promise<string> {
  const [row] = await query<{ folder: string }>(url, "SELECT current_setting('data_directory') AS folder");
  return readFile(join(row?.folder ?? '', 'postmaster.pid'), 'utf8');
}

/** One statement on a connection of its own. */
export async function query<Row>(url: string, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(text, values);
    return rows as Row[];
  } finally {
    await client.end();
  }
}

let databases = 0;

/** A new, empty database on the server; `drop` removes it again. */
export async function newDatabase(services: BenchServices): Promise<{ url: string; drop(): Promise<void> }> {
  databases += 1;
  const name = `bench_${process.pid}_${databases}`;
  await query(services.postgresUrl, `CREATE DATABASE ${name}`);
  const url = new URL(services.postgresUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => void (await query(services.postgresUrl, `DROP DATABASE ${name} WITH (FORCE)`)),
  };
}

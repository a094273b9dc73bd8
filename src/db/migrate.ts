import { MigrationExecutor, type DataSource, type QueryRunner } from 'typeorm';
import { DomainError } from '../lib/errors.js';
import type { Logger } from '../lib/logger.js';
import { LOCK_TIMEOUT, MIGRATIONS_TABLE } from './database.js';

/** Any number will do, as long as nothing else in this database takes an advisory lock of the same number. */
const MIGRATION_LOCK = 5_781_920_417;

/**
 * Brings the schema up to date. Several processes may call this at once: one migrates, the others wait for it.
 * All pending migrations are applied in one transaction, so that a failing one leaves the schema as it was.
 * Throws a DomainError `schema_newer_than_code` when the database was migrated by a newer version than this one.
 */
export async function applyMigrations(dataSource: DataSource, logger: Logger): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await lock(runner, logger);
    await refuseNewerSchema(dataSource, runner);
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = 'all';
    const applied = await executor.executePendingMigrations();
    if (applied.length > 0) {
      logger.info(
        { migrations: applied.map((migration) => migration.name) },
        'database schema brought up to date',
      );
    }
  } finally {
    await unlock(runner, logger);
  }
}

async function lock(runner: QueryRunner, logger: Logger): Promise<void> {
  // A migration may take minutes, and whoever comes second has to wait for it.
  await runner.query('SET lock_timeout = 0');
  const [attempt] = (await runner.query('SELECT pg_try_advisory_lock($1) AS locked', [MIGRATION_LOCK])) as {
    locked: boolean;
  }[];
  if (attempt?.locked) return;
  logger.info('another process is migrating the database: waiting for it');
  await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
}

/** The connection goes back to the pool, so the lock has to be let go by hand. */
async function unlock(runner: QueryRunner, logger: Logger): Promise<void> {
  try {
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await runner.query(LOCK_TIMEOUT);
  } catch (error) {
    // A lost connection has lost its lock too, and what broke it is already on its way to the caller.
    logger.debug({ err: error }, 'the migration lock went with its connection');
  } finally {
    await runner.release();
  }
}

async function refuseNewerSchema(dataSource: DataSource, runner: QueryRunner): Promise<void> {
  if (!(await runner.hasTable(MIGRATIONS_TABLE))) return;
  const rows = (await runner.query(`SELECT name FROM ${MIGRATIONS_TABLE} ORDER BY id`)) as { name: string }[];
  const known = new Set(
    dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name),
  );
  const unknown = rows.map((row) => row.name).filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new DomainError(
    'conflict',
    'schema_newer_than_code',
    `The database was migrated by a newer version of Starling (${unknown.join(', ')} is unknown here). ` +
      `Start that version or a newer one, or restore a backup from before the upgrade.`,
  );
}

import { MigrationExecutor, type DataSource, type Migration, type QueryRunner } from 'typeorm';
import { DomainError } from '../lib/errors.js';
import type { Logger } from '../lib/logger.js';
import { withUse } from './use.js';

/** Any number will do, as long as nothing else in this database takes an advisory lock of the same number. */
const MIGRATION_LOCK = 5_781_920_417;

/**
 * Brings the schema up to date. Several processes may call this at once: one migrates, the others wait for it.
 * All pending migrations are applied in one transaction, so that a failing one leaves the schema as it was.
 * @param folder Where the embedded database keeps its files; undefined for a database that DATABASE_URL names.
 * @throws DomainError, with the database as it was: `schema_of_pre_release` when it was made before the first release,
 * `schema_newer_than_code` when it was migrated by a newer version than this one.
 */
export function applyMigrations(dataSource: DataSource, logger: Logger, folder?: string): Promise<void> {
  return withUse({ use: 'migration' }, () => migrate(dataSource, logger, folder));
}

async function migrate(dataSource: DataSource, logger: Logger, folder: string | undefined): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await lock(runner, logger);
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = 'all';
    refuseOtherSchema(dataSource, await executor.getExecutedMigrations(), folder);
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
  } catch (error) {
    // A lost connection has lost its lock too, and what broke it is already on its way to the caller.
    logger.debug({ err: error }, 'the migration lock went with its connection');
  } finally {
    await runner.release();
  }
}

/**
 * Migrations are only ever appended behind the first one of this code: an unknown one with a smaller number is of a
 * pre-release, any other unknown one of a newer version.
 */
function refuseOtherSchema(dataSource: DataSource, applied: Migration[], folder: string | undefined): void {
  const own = dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
  const unknown = applied
    .filter(({ name }) => !own.includes(name))
    .toSorted((a, b) => a.timestamp - b.timestamp);
  const first = Math.min(...own.map(numberOf));
  const newestBefore = unknown.findLast(({ timestamp }) => timestamp < first);
  if (newestBefore) throw ofPreRelease(newestBefore, folder);
  if (unknown.length > 0) throw newerThanCode(unknown);
}

/** The number that ends the name of a migration, as TypeORM reads it. */
function numberOf(name: string): number {
  return Number(name.slice(-13));
}

function ofPreRelease(newest: Migration, folder: string | undefined): DomainError {
  const startAnew = folder
    ? `move or delete its folder ${folder} and start Starling again.`
    : 'create an empty one, name it in DATABASE_URL and start Starling again.';
  return new DomainError(
    'conflict',
    'schema_of_pre_release',
    `The database was made by a pre-release of Starling (its newest migration is ${newest.name}), whose data ` +
      `cannot be carried over; nothing in it has been changed. Use a new database: ${startAnew}`,
  );
}

function newerThanCode(migrations: Migration[]): DomainError {
  const names = migrations.map(({ name }) => name).join(', ');
  return new DomainError(
    'conflict',
    'schema_newer_than_code',
    `The database was migrated by a newer version of Starling (${names} is unknown here). ` +
      `Start that version or a newer one, or restore a backup from before the upgrade.`,
  );
}

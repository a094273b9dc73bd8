import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/db/index.js';
import { applyMigrations } from '../../src/db/migrate.js';
import { createLogger } from '../../src/lib/logger.js';
import { entities, migrations } from '../../src/schema.js';

const logger = createLogger('silent');
const name = `test_${randomBytes(6).toString('hex')}`;
const adminUrl = process.env['STARLING_TEST_POSTGRES_URL'] ?? '';

describe('bringing the schema up to date', () => {
  beforeAll(() => asAdmin(`CREATE DATABASE ${name}`));
  afterAll(() => asAdmin(`DROP DATABASE ${name} WITH (FORCE)`));

  it('several processes may start on an empty database at once', async () => {
    const sources = await Promise.all(Array.from({ length: 5 }, () => connect()));
    try {
      await Promise.all(sources.map((source) => applyMigrations(source, logger)));
      expect(await migrationNames(sources[0])).toHaveLength(migrations.length);
    } finally {
      await Promise.all(sources.map((source) => source.destroy()));
    }
  });

  it('does nothing when nothing is pending, and needs only one connection', async () => {
    const source = await connect(1);
    try {
      await applyMigrations(source, logger);
      await applyMigrations(source, logger);
      expect(await migrationNames(source)).toHaveLength(migrations.length);
    } finally {
      await source.destroy();
    }
  });

  it('refuses a schema newer than the code, and lets go of its lock', async () => {
    const source = await connect();
    try {
      await source.query(
        `INSERT INTO migrations ("timestamp", name) VALUES (9999999999999, 'FromTheFuture')`,
      );
      const newerSchema = {
        code: 'schema_newer_than_code',
        message: expect.stringContaining('FromTheFuture'),
      };
      await expect(applyMigrations(source, logger)).rejects.toMatchObject(newerSchema);
      await source.query(`DELETE FROM migrations WHERE name = 'FromTheFuture'`);
      await applyMigrations(source, logger);
      expect(
        await source.query(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND database =
        (SELECT oid FROM pg_database WHERE datname = current_database())`),
      ).toEqual([]);
    } finally {
      await source.destroy();
    }
  });

  it('tells a database of a pre-release from a newer one, says what to do, and changes nothing in it', async () => {
    const source = await connect();
    try {
      await source.query(`INSERT INTO migrations ("timestamp", name) VALUES
        (1763915000000, 'WhoServedWhom1763915000000'), (9999999999999, 'FromTheFuture'),
        (1763600000000, 'InitialSchema1763600000000')`);
      await source.query(`DELETE FROM migrations WHERE name = '${migrations[0]?.name}'`);
      const before = await everything(source);
      const code = 'schema_of_pre_release';
      const found = 'its newest migration is WhoServedWhom1763915000000';
      const errorWith = (advice: string) =>
        expect.objectContaining({ code, message: expect.stringMatching(`${found}.*${advice}`) });
      await expect(applyMigrations(source, logger)).rejects.toEqual(
        errorWith('create an empty .* DATABASE_URL'),
      );
      await expect(applyMigrations(source, logger, '/data/postgres')).rejects.toEqual(
        errorWith('move or delete its folder /data/postgres and start'),
      );
      expect(await everything(source)).toEqual(before);
    } finally {
      await source.destroy();
    }
  });
});

describe('taking the schema back', () => {
  const other = `${name}_back`;
  beforeAll(() => asAdmin(`CREATE DATABASE ${other}`));
  afterAll(() => asAdmin(`DROP DATABASE ${other} WITH (FORCE)`));

  it('leaves what was there before, and can be followed by bringing it up to date again', async () => {
    const source = await connect(3, other);
    try {
      await applyMigrations(source, logger);
      for (const _ of migrations) await source.undoLastMigration({ transaction: 'all' });
      const left = await source.query(
        `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
         UNION ALL SELECT proname FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
         ORDER BY name`,
      );
      // TypeORM's own tables.
      expect(left).toEqual([{ name: 'migrations' }, { name: 'typeorm_metadata' }]);
      expect(
        await source.query('SELECT name FROM migrations UNION ALL SELECT name FROM typeorm_metadata'),
      ).toEqual([]);
      await applyMigrations(source, logger);
      expect(await migrationNames(source)).toHaveLength(migrations.length);
    } finally {
      await source.destroy();
    }
  });
});

/** Tables, indexes and sequences, and the migrations that were applied, each with the transaction that wrote it last. */
function everything(source: DataSource): Promise<{ thing: string; writer: string }[]> {
  return source.query(
    `SELECT relname AS thing, xmin::text AS writer FROM pg_class WHERE relnamespace = 'public'::regnamespace
     UNION ALL SELECT 'migration ' || name, xmin::text FROM migrations ORDER BY thing`,
  );
}

function connect(poolSize = 3, database = name): Promise<DataSource> {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return createDataSource({ url: url.href, entities, migrations, connections: poolSize }).initialize();
}

async function migrationNames(source: DataSource | undefined): Promise<string[]> {
  const rows = (await source?.query('SELECT name FROM migrations')) as { name: string }[];
  return rows.map((row) => row.name);
}

async function asAdmin(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

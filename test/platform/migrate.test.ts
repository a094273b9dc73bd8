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
      const refusal = { code: 'schema_newer_than_code', message: expect.stringContaining('FromTheFuture') };
      await expect(applyMigrations(source, logger)).rejects.toMatchObject(refusal);
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
});

function connect(poolSize = 3): Promise<DataSource> {
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return createDataSource({ url: url.href, entities, migrations, poolSize }).initialize();
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

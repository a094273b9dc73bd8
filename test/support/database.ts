import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { createDataSource, Database, type StatementTimeouts } from '../../src/db/index.js';
import { newId } from '../../src/lib/ids.js';
import { entities, migrations } from '../../src/schema.js';

export interface TestDatabase {
  database: Database;
  url: string;
  /** A fresh tenant row. */
  createTenant(): Promise<string>;
  close(): Promise<void>;
}

/** A PostgreSQL database of this test file's own, cloned from the migrated template. */
export async function createTestDatabase(timeouts?: StatementTimeouts): Promise<TestDatabase> {
  const adminUrl = process.env['STARLING_TEST_POSTGRES_URL'];
  const template = process.env['STARLING_TEST_TEMPLATE'];
  if (!adminUrl || !template) {
    throw new Error('Tests need the PostgreSQL that test/support/global-setup.mjs starts.');
  }
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const dataSource = createDataSource({ url: url.href, entities, migrations, connections: 10, timeouts });
  await dataSource.initialize();
  const database = new Database(dataSource);
  return {
    database,
    url: url.href,
    async createTenant() {
      const id = newId();
      await database.manager.query('INSERT INTO tenants (id, slug, name) VALUES ($1, $2, $3)', [
        id,
        id,
        'Test',
      ]);
      return id;
    },
    async close() {
      await dataSource.destroy();
      await asAdmin(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function asAdmin(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

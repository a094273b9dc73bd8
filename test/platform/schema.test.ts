import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

/** Tables that belong to the installation, not to a customer, and why. */
const WITHOUT_TENANT = new Map([
  ['tenants', 'is the tenant'],
  ['migrations', 'the schema is the same for everybody'],
  ['typeorm_metadata', 'names generated columns'],
  ['installation', 'says which database this is'],
  ['event_positions', 'readers of events serve all tenants'],
  ['workers', 'a process serves all tenants'],
  ['rate_limits', 'counts logins before anybody knows whose they are; its keys are hashes'],
]);

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

describe('the schema', () => {
  it('names the tenant in every row of every table, but for those of the installation', async () => {
    const rows: { table: string; required: boolean | null }[] = await db.database.manager.query(
      `SELECT t.table_name AS table, c.is_nullable = 'NO' AS required
       FROM information_schema.tables t
       LEFT JOIN information_schema.columns c
         ON c.table_schema = t.table_schema AND c.table_name = t.table_name AND c.column_name = 'tenant_id'
       WHERE t.table_schema = 'public'`,
    );
    const without = rows.filter(({ required }) => required !== true).map(({ table }) => table);
    expect(without.toSorted()).toEqual([...WITHOUT_TENANT.keys()].toSorted());
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Analysis, analyse } from '../support/table-access/analyse.js';
import { programOf } from '../support/table-access/program.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { tablesWithoutEntity } from './table-access.js';

let db: TestDatabase;
let found: Analysis;
beforeAll(async () => {
  db = await createTestDatabase();
  found = analyse(programOf('tsconfig.build.json'), 'src', [...tablesWithoutEntity.keys()]);
});
afterAll(() => db.close());

describe('access to tables', () => {
  it('is visible in the source everywhere', () => {
    expect(found.unclear).toEqual([]);
  });

  it('belongs to somebody for every table of the database', async () => {
    const rows: { name: string }[] = await db.database.manager.query(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
    );
    const owned = [...found.declared.keys(), ...tablesWithoutEntity.keys()];
    expect(owned.toSorted()).toEqual(rows.map(({ name }) => name).toSorted());
  });
});

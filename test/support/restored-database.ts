import { copyRows } from '../../chaos/copied-rows.js';
import { query } from '../../chaos/postgres.js';
import { createTestDatabase, type TestDatabase } from './database.js';

/**
 * A database with the rows that another one has at this moment, as pg_dump would see them and pg_restore would write them:
 * in tables made anew. PostgreSQL's own programs are not where the tests run.
 */
export async function restoredCopy(url: string): Promise<TestDatabase> {
  const copy = await createTestDatabase();
  // Those of the template have the same numbers in every copy of it.
  await query(
    copy.url,
    'CREATE TABLE anew (LIKE installation INCLUDING ALL); DROP TABLE installation; ALTER TABLE anew RENAME TO installation',
  );
  await copyRows(url, copy.url);
  return copy;
}

import { copyRows } from '../../chaos/copied-rows.js';
import { query } from '../../chaos/postgres.js';
import { createTestDatabase, type TestDatabase } from './database.js';

/** A database that rows can be put back into: its tables have numbers of their own. */
export async function emptyCopy(): Promise<TestDatabase> {
  const copy = await createTestDatabase();
  // Those of the template have the same numbers in every copy of it.
  await query(
    copy.url,
    'CREATE TABLE anew (LIKE installation INCLUDING ALL); DROP TABLE installation; ALTER TABLE anew RENAME TO installation',
  );
  return copy;
}

/**
 * A database with the rows that another one has at this moment, as pg_dump would see them and pg_restore would write them:
 * in tables made anew. PostgreSQL's own programs are not where the tests run.
 */
export async function restoredCopy(url: string, prepared?: TestDatabase): Promise<TestDatabase> {
  const copy = prepared ?? (await emptyCopy());
  await copyRows(url, copy.url);
  return copy;
}

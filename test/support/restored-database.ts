import pg from 'pg';
import { createTestDatabase, type TestDatabase } from './database.js';

/**
 * A database with the rows that another one has at this moment, as pg_dump would see them and pg_restore would write them:
 * in tables made anew. PostgreSQL's own programs are not where the tests run.
 */
export async function restoredCopy(url: string): Promise<TestDatabase> {
  const copy = await createTestDatabase();
  const source = new pg.Client({ connectionString: url });
  const target = new pg.Client({ connectionString: copy.url });
  await Promise.all([source.connect(), target.connect()]);
  try {
    await source.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await target.query('BEGIN');
    await target.query('SET LOCAL session_replication_role = replica');
    await target.query(
      'CREATE TABLE anew (LIKE installation INCLUDING ALL); DROP TABLE installation; ALTER TABLE anew RENAME TO installation',
    );
    for (const table of await tablesOf(source)) await copyTable(source, target, table);
    await target.query('COMMIT');
  } finally {
    await Promise.all([source.end(), target.end()]);
  }
  return copy;
}

interface Table {
  name: string;
  columns: string[];
}

/** The program's tables, with the columns that are not generated. */
async function tablesOf(source: pg.Client): Promise<Table[]> {
  const { rows } = await source.query<Table>(
    `SELECT c.table_name AS name, array_agg(c.column_name::text ORDER BY c.ordinal_position) AS columns
     FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'
       AND c.table_name NOT IN ('migrations', 'typeorm_metadata')
       AND NOT (SELECT relispartition FROM pg_class WHERE oid = format('%I.%I', c.table_schema, c.table_name)::regclass)
     GROUP BY c.table_name`,
  );
  return rows;
}

async function copyTable(source: pg.Client, target: pg.Client, { name, columns }: Table): Promise<void> {
  const list = columns.map((column) => `"${column}"`).join(', ');
  const { rows } = await source.query<{ rows: string | null }>(
    `SELECT json_agg(row_to_json(r))::text AS rows FROM (SELECT ${list} FROM "${name}") r`,
  );
  // Some tables have rows from the beginning.
  await target.query(`DELETE FROM "${name}"`);
  await target.query(
    `INSERT INTO "${name}" (${list}) OVERRIDING SYSTEM VALUE
     SELECT ${list} FROM json_populate_recordset(NULL::"${name}", $1)`,
    [rows[0]?.rows ?? '[]'],
  );
  if (!columns.includes('id')) return;
  await target.query(
    `SELECT setval(counter, (SELECT count(*) + max(id::text::bigint) FROM "${name}"))
     FROM pg_get_serial_sequence('"${name}"', 'id') AS counter WHERE counter IS NOT NULL AND EXISTS (SELECT FROM "${name}")`,
  );
}

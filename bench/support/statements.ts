import { query } from './services.js';

/** Counts anew from here on. */
export async function countStatements(databaseUrl: string): Promise<void> {
  await query(databaseUrl, 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  await query(databaseUrl, 'SELECT pg_stat_statements_reset()');
}

export interface StatementTime {
  calls: number;
  ms: number;
}

/** What the statements of this database took since then whose text fits a regular expression of PostgreSQL. */
export async function timeOfStatements(databaseUrl: string, pattern: string): Promise<StatementTime> {
  const [row] = await query<StatementTime>(
    databaseUrl,
    `SELECT coalesce(sum(calls), 0)::float8 AS calls, coalesce(sum(total_exec_time + total_plan_time), 0) AS ms
     FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
     WHERE d.datname = current_database() AND query ~ $1`,
    [pattern],
  );
  if (!row) throw new Error('PostgreSQL does not say what statements took.');
  return row;
}

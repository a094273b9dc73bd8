import pg from 'pg';

const OWN = `NOT IN ('pg_catalog', 'information_schema')`;

interface Table {
  /** With its schema, quoted. */
  name: string;
  columns: string[];
}

/**
 * Copies the rows that a database has at one moment, while others go on writing to it, into another one: as pg_dump sees
 * them and pg_restore writes them. What the other one held is gone; tables that it lacks are left out. Returns the moment.
 */
export async function copyRows(from: string, to: string): Promise<Date> {
  const source = new pg.Client({ connectionString: from });
  const target = new pg.Client({ connectionString: to });
  // A server that goes away between two statements says so here, and fails the next statement anyway.
  for (const client of [source, target]) client.on('error', () => undefined);
  await source.connect();
  try {
    await target.connect();
    return await copy(source, target);
  } finally {
    await Promise.all([source.end(), target.end()]);
  }
}

async function copy(source: pg.Client, target: pg.Client): Promise<Date> {
  await source.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const { rows } = await source.query<{ at: Date }>('SELECT clock_timestamp() AS at');
  await target.query('BEGIN');
  // Neither triggers nor foreign keys: everything is there in the end.
  await target.query('SET LOCAL session_replication_role = replica');
  await copyPartitions(source, target);
  const tables = await tablesOf(target);
  await target.query(`TRUNCATE ${tables.map(({ name }) => name).join(', ')}`);
  for (const table of tables) await copyTable(source, target, table);
  await copySequences(source, target);
  await target.query('COMMIT');
  if (!rows[0]) throw new Error('The database does not know the time.');
  return rows[0].at;
}

/** Rows go where they belong through the table that they are partitions of. */
async function copyPartitions(source: pg.Client, target: pg.Client): Promise<void> {
  const { rows } = await source.query<{ name: string; parent: string; bound: string }>(
    `SELECT c.oid::regclass::text AS name, i.inhparent::regclass::text AS parent, pg_get_expr(c.relpartbound, c.oid) AS bound
     FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid WHERE c.relispartition AND c.relkind = 'r'`,
  );
  for (const { name, parent, bound } of rows)
    await target.query(`CREATE TABLE IF NOT EXISTS ${name} PARTITION OF ${parent} ${bound}`);
}

/** With the columns that are not generated, and without partitions. */
async function tablesOf(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `SELECT format('%I.%I', c.table_schema, c.table_name) AS name,
            array_agg(quote_ident(c.column_name) ORDER BY c.ordinal_position) AS columns
     FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER' AND c.table_schema ${OWN}
       AND NOT (SELECT relispartition FROM pg_class WHERE oid = format('%I.%I', c.table_schema, c.table_name)::regclass)
     GROUP BY 1`,
  );
  return rows;
}

async function copyTable(source: pg.Client, target: pg.Client, { name, columns }: Table): Promise<void> {
  const list = columns.join(', ');
  const { rows } = await source.query<{ rows: string | null }>(
    `SELECT json_agg(row_to_json(r))::text AS rows FROM (SELECT ${list} FROM ${name}) r`,
  );
  await target.query(
    `INSERT INTO ${name} (${list}) OVERRIDING SYSTEM VALUE
     SELECT ${list} FROM json_populate_recordset(NULL::${name}, $1)`,
    [rows[0]?.rows ?? '[]'],
  );
}

/** BullMQ makes one for each queue, when it first needs it. */
async function copySequences(source: pg.Client, target: pg.Client): Promise<void> {
  const { rows } = await source.query<{ schema: string; name: string; value: string | null }>(
    `SELECT quote_ident(schemaname) AS schema, format('%I.%I', schemaname, sequencename) AS name, last_value AS value
     FROM pg_sequences WHERE schemaname ${OWN} AND last_value IS NOT NULL`,
  );
  const schemas = await target.query<{ name: string }>(
    'SELECT quote_ident(nspname) AS name FROM pg_namespace',
  );
  const known = new Set(schemas.rows.map(({ name }) => name));
  for (const { schema, name, value } of rows) {
    if (!known.has(schema)) continue;
    await target.query(`CREATE SEQUENCE IF NOT EXISTS ${name}`);
    await target.query('SELECT setval($1::regclass, $2::bigint)', [name, value]);
  }
}

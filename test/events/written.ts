import type { Database } from '../../src/db/index.js';

export interface Written {
  kind: string;
  payload: Record<string, unknown>;
}

/** What was written about an object, in the order of its sequence, whether numbered yet or not. */
export async function writtenAbout(database: Database, objectId: string): Promise<[string, object][]> {
  const rows: Written[] = await database.manager.query(
    'SELECT kind, payload FROM events WHERE object_id = $1 ORDER BY sequence',
    [objectId],
  );
  return rows.map(({ kind, payload }) => [kind, payload]);
}

export function allWritten(database: Database): Promise<Written[]> {
  return database.manager.query('SELECT kind, payload FROM events');
}

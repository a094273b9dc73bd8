import type { Tx } from '../../db/index.js';
import type { Partition } from './core/partitions.js';

/** The clock that writes the times of events. */
export async function databaseNow(tx: Tx): Promise<Date> {
  const [row]: { now: Date }[] = await tx.query('SELECT now()');
  if (!row) throw new Error('The database does not say what time it is.');
  return row.now;
}

export async function partitionNames(tx: Tx): Promise<string[]> {
  const rows: { name: string }[] = await tx.query(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'events'::regclass`,
  );
  return rows.map(({ name }) => name);
}

/**
 * Making and dropping partitions needs the table for itself. Whoever writes meanwhile waits, so this waits for a fifth of
 * a second only: a long transaction that has written an event must not hold up all others. Throws what PostgreSQL says
 * then (`unavailableResource`: `lock`).
 */
export async function lockEvents(tx: Tx): Promise<void> {
  await tx.query(`SET LOCAL lock_timeout = '200ms'`);
  await tx.query('LOCK TABLE events IN ACCESS EXCLUSIVE MODE');
}

/**
 * Makes a partition, unless events of its time are among the rest, as when the clock was ahead for a while: PostgreSQL
 * refuses it then. The rest has room for its events.
 */
export async function createPartition(tx: Tx, { name, from, to }: Partition): Promise<void> {
  const inRest: unknown[] = await tx.query('SELECT 1 FROM events_rest WHERE at >= $1 AND at < $2 LIMIT 1', [
    from,
    to,
  ]);
  if (inRest.length > 0) return;
  await tx.query(
    `CREATE TABLE ${name} PARTITION OF events FOR VALUES FROM ('${from.toISOString()}') TO ('${to.toISOString()}')`,
  );
}

/** Every reader is beyond these events. */
const IS_READ = '(position <= (SELECT min(position) FROM event_positions)) IS TRUE';

/** Drops a partition, unless a reader has not come that far. */
export async function dropPartition(tx: Tx, { name, from, to }: Partition): Promise<boolean> {
  const [row]: { statement: string }[] = await tx.query(
    `SELECT format('DROP TABLE %I', $1::text) AS statement
     WHERE NOT EXISTS (SELECT FROM events WHERE at >= $2 AND at < $3 AND NOT ${IS_READ})`,
    [name, from, to],
  );
  if (row) await tx.query(row.statement);
  return row !== undefined;
}

/** Removes from the partition for the rest what is from before that time, at most `limit`; returns how many. */
export async function removeFromRest(tx: Tx, before: Date, limit: number): Promise<number> {
  const [, count] = await tx.query<[unknown[], number]>(
    `DELETE FROM events_rest WHERE (id, at) IN (
       SELECT id, at FROM events_rest WHERE at < $1 AND ${IS_READ} ORDER BY id LIMIT $2)`,
    [before, limit],
  );
  return count;
}

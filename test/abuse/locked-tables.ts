import pg from 'pg';
import { waitFor } from '../support/wait-for.js';

/** Tables that authentication and the health routes read; all others can be locked without locking callers out. */
const OPEN = [
  'tenants',
  'users',
  'refresh_tokens',
  'api_keys',
  'rate_limits',
  'idempotency_keys',
  'installation',
  'migrations',
];

export interface LockedTables {
  /** The statements of the process that wait for the locks now. */
  waiting(): Promise<string[]>;
  /** Resolves when so many wait. */
  untilWaiting(count: number): Promise<string[]>;
  unlock(): Promise<void>;
}

/** Makes every statement on the tenant's data wait, so that a test needs no data that takes long to read. */
export async function lockTables(url: string): Promise<LockedTables> {
  const holder = new pg.Client({ connectionString: url, application_name: 'holder' });
  const watcher = new pg.Client({ connectionString: url, application_name: 'watcher' });
  await Promise.all([holder.connect(), watcher.connect()]);
  const { rows } = await holder.query<{ name: string }>(
    `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL($1)`,
    [OPEN],
  );
  await holder.query('BEGIN');
  await holder.query(`LOCK TABLE ${rows.map(({ name }) => name).join(', ')} IN ACCESS EXCLUSIVE MODE`);
  const waiting = async (): Promise<string[]> => {
    const found = await watcher.query<{ query: string }>(
      `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'starling'
         AND state = 'active' AND wait_event_type = 'Lock'`,
    );
    return found.rows.map(({ query }) => query);
  };
  return {
    waiting,
    untilWaiting: (count) =>
      waitFor(
        async () => {
          const found = await waiting();
          return found.length === count && found;
        },
        { what: `${count} waiting statements` },
      ),
    async unlock() {
      await holder.query('ROLLBACK');
      await Promise.all([holder.end(), watcher.end()]);
    },
  };
}

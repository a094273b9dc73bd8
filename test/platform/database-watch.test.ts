import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DatabaseWatch } from '../../src/db/index.js';
import { createLogger } from '../../src/lib/logger.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';

/** A new connection is several questions and answers, so that it takes this process longer than the watch would wait. */
const BUSY_MS = 350;

let db: TestDatabase;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

async function watchIsConnected(): Promise<boolean> {
  const rows: unknown[] = await db.database.manager.query(
    `SELECT FROM pg_stat_activity
     WHERE application_name = 'starling-watch' AND datname = current_database() AND query = 'select 1'`,
  );
  return rows.length > 0;
}

describe('the watch over the database', () => {
  it('does not take its own lack of a processor for a database that does not answer', async () => {
    const watch = new DatabaseWatch(db.url, createLogger('silent'));
    const seen = new Set<unknown>();
    const busy = setInterval(() => {
      seen.add(watch.away);
      const end = performance.now() + BUSY_MS;
      while (performance.now() < end);
    }, 0);
    try {
      watch.start();
      await waitFor(watchIsConnected, { timeoutMs: 25_000, what: 'the watch to be connected' });
    } finally {
      clearInterval(busy);
      watch.stop();
    }
    expect(watch.away).toBeUndefined();
    expect([...seen]).toEqual([undefined]);
  });
});

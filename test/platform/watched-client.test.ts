import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DatabaseAway, watchedClient } from '../../src/db/watched-client.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

/** More often than a caller who is made to wait would ask. */
const MANY = 1_000;

let db: TestDatabase;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

describe('a connection while the database is known to be away', () => {
  it('leaves a caller who asks again at once time to see it come back', async () => {
    let away = true;
    const Client = watchedClient({
      opened: () => undefined,
      ended: () => undefined,
      unavailable: () => (away ? new DatabaseAway('it is away') : undefined),
    });
    const pool = new pg.Pool({ connectionString: db.url, Client });
    // Only a turn of the event loop can end it, as with a look at a real database.
    setTimeout(() => (away = false), 1);
    let asked = 0;
    let answered = false;
    try {
      while (!answered && asked < MANY) {
        asked += 1;
        answered = await pool.query('SELECT 1').then(
          () => true,
          () => false,
        );
      }
      expect({ answered, asked: asked < MANY }).toEqual({ answered: true, asked: true });
    } finally {
      await pool.end();
    }
  });
});

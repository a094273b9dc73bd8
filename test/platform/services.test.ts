import { describe, expect, it } from '@jest/globals';
import { createTestDatabase } from '../support/database.js';

describe('the test harness', () => {
  it('gives every test file a migrated database of its own', async () => {
    const first = await createTestDatabase();
    const second = await createTestDatabase();
    try {
      await first.createTenant();
      expect(await first.database.manager.query('SELECT count(*)::int AS count FROM tenants')).toEqual([
        { count: 1 },
      ]);
      expect(await second.database.manager.query('SELECT count(*)::int AS count FROM tenants')).toEqual([
        { count: 0 },
      ]);
    } finally {
      await Promise.all([first.close(), second.close()]);
    }
  });
});

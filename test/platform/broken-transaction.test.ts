import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Tx } from '../../src/db/index.js';
import { unavailableResource } from '../../src/lib/transient-errors.js';
import { Tenant } from '../../src/modules/tenants/tenant.entity.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';

let db: TestDatabase;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

/** As when PostgreSQL stops, while nothing is asked of it over this connection. */
async function breakConnection(tx: Tx): Promise<void> {
  const [row]: { pid: number }[] = await tx.query('SELECT pg_backend_pid() AS pid');
  await db.database.manager.query('SELECT pg_terminate_backend($1)', [row?.pid]);
  await waitFor(() => tx.queryRunner?.isReleased === true, { what: 'the driver to notice' });
}

const lastStatements = [
  { what: 'a statement', ask: (tx: Tx): Promise<unknown> => tx.query('SELECT 1') },
  { what: 'a query of an entity', ask: (tx: Tx): Promise<unknown> => tx.find(Tenant) },
  {
    what: 'a query that is built',
    ask: (tx: Tx): Promise<unknown> => tx.createQueryBuilder(Tenant, 't').getMany(),
  },
  { what: 'a nested transaction', ask: (tx: Tx): Promise<unknown> => tx.transaction(async () => undefined) },
  { what: 'the commit', ask: async (): Promise<void> => undefined },
];

describe('a transaction whose connection breaks between two statements', () => {
  it.each(lastStatements)('says that the database is away when $what comes next', async ({ ask }) => {
    const id = await db.createTenant();
    const failure: unknown = await db.database
      .transaction(async (tx) => {
        await tx.query('UPDATE tenants SET name = $2 WHERE id = $1', [id, 'Changed']);
        await breakConnection(tx);
        await ask(tx);
      })
      .catch((error: unknown) => error);
    expect(unavailableResource(failure)).toBe('server');
    const rows: unknown = await db.database.manager.query('SELECT name FROM tenants WHERE id = $1', [id]);
    expect(rows).toEqual([{ name: 'Test' }]);
  });
});

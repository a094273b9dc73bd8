import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';
import { backends, queueEnv } from './backends.js';
import { connectSenders, logIn, startSimulator } from './campaign.js';
import { startServer, type ServerProcess } from './server.js';

const REGISTERED = '+5511961239001';
const UNREGISTERED = '+5511961239002';

let db: TestDatabase;
let simulator: Awaited<ReturnType<typeof startSimulator>>;
const servers: ServerProcess[] = [];

beforeAll(async () => {
  simulator = await startSimulator();
  simulator.network.change({ unregisteredNumbers: [UNREGISTERED] });
});
beforeEach(async () => {
  db = await createTestDatabase();
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.end('SIGTERM')));
  await db.close();
});
afterAll(() => simulator.close());

interface Progress {
  id: string;
  status: string;
}

describe.each(backends)('with the queue on %s, a process that only serves the API', (backend) => {
  async function start(roles: string): Promise<ServerProcess> {
    const env = { DATABASE_URL: db.url, SIMULATOR_URL: simulator.url, ROLES: roles };
    const server = await startServer({ ...env, ...queueEnv(backend, 'contacts') });
    servers.push(server);
    return server;
  }

  it('has numbers checked and many contacts changed by a worker elsewhere', async () => {
    const [{ url }] = await Promise.all([start('api'), start('worker')]);
    const api = await logIn(url);
    await connectSenders(api, 1);
    const check = await api.post<Progress>('/api/contacts/check', {
      phoneNumbers: [REGISTERED, UNREGISTERED],
    });
    expect(check.status).toBe('queued');
    await ended(() => api.get<Progress>(`/api/contacts/checks/${check.id}`));
    expect(await api.get(`/api/contacts/checks/${check.id}/results`)).toMatchObject([
      { phoneNumber: REGISTERED, onWhatsApp: true },
      { phoneNumber: UNREGISTERED, onWhatsApp: false },
    ]);

    await db.database.manager.query(
      `INSERT INTO contacts (id, tenant_id, phone)
       SELECT gen_random_uuid(), tenants.id, '+55119' || (80000000 + n)::text
       FROM tenants, generate_series(1, 12000) AS n WHERE slug = 'default'`,
    );
    const edit = await api.post<Progress>('/api/contacts/bulk', {
      filter: {},
      changes: { addTags: ['all'] },
    });
    expect(edit.status).toBe('queued');
    expect(await ended(() => api.get<Progress>(`/api/contacts/bulk/${edit.id}`))).toMatchObject({
      status: 'completed',
      matched: 12_000,
      changed: 12_000,
      progress: 100,
    });
  });
});

function ended(ask: () => Promise<Progress>): Promise<Progress> {
  return waitFor(
    async () => {
      const progress = await ask();
      return progress.status === 'completed' || progress.status === 'failed' ? progress : undefined;
    },
    { timeoutMs: 30_000, what: 'the work in the background to end' },
  );
}

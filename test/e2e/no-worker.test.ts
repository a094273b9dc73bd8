import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CampaignStatsResponse } from '../../src/modules/campaigns/reports/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';
import { backends, queueEnv } from './backends.js';
import { logIn, startSimulator } from './campaign.js';
import { startServer, type ServerProcess } from './server.js';

let db: TestDatabase;
let simulator: Awaited<ReturnType<typeof startSimulator>>;
const servers: ServerProcess[] = [];

beforeAll(async () => {
  simulator = await startSimulator();
});
beforeEach(async () => {
  db = await createTestDatabase();
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.end('SIGTERM')));
  await db.close();
});
afterAll(() => simulator.close());

describe.each(backends)('with the queue on %s, a campaign that no process sends', (backend) => {
  async function start(roles: string): Promise<ServerProcess> {
    const env = { DATABASE_URL: db.url, SIMULATOR_URL: simulator.url, ROLES: roles };
    const server = await startServer({ ...env, ...queueEnv(backend, 'no worker') });
    servers.push(server);
    return server;
  }

  it('says so until a worker is there, and goes on by itself then', async () => {
    const api = await logIn((await start('api')).url);
    const sender = await api.post<{ id: string }>('/api/senders', { name: 'Ana', transport: 'simulator' });
    await api.post(`/api/senders/${sender.id}/connect`);
    const { id } = await api.post<{ id: string }>('/api/campaigns', {
      name: 'Alone',
      template: 'Hi!',
      contacts: ['+5511961239301'],
      minDelay: 0,
      maxDelay: 0,
    });
    await api.post(`/api/campaigns/${id}/start`);
    const stats = () => api.get<CampaignStatsResponse>(`/api/campaigns/${id}/stats`);
    expect((await stats()).waitingFor?.reason).toBe('no_worker');
    await start('worker');
    const done = await waitFor(
      async () => {
        const { sent, delivered, read, ...rest } = await stats();
        return sent + delivered + read === 1 && !rest.waitingFor ? rest : undefined;
      },
      { timeoutMs: 60_000, what: 'the message to be sent' },
    );
    expect(done.total).toBe(1);
  }, 90_000);
});

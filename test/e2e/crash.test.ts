import { getPriority } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';
import { backends, queueEnv } from './backends.js';
import {
  allConnected,
  completed,
  connectSenders,
  logIn,
  startCampaign,
  startSimulator,
  statsOf,
} from './campaign.js';
import { startServer, type ServerProcess } from './server.js';

jest.setTimeout(150_000);

const RECIPIENTS = 60;
const quickPace = { minDelay: 20, maxDelay: 60 };

describe.each(backends)('a campaign with its queue on %s', (backend) => {
  let db: TestDatabase;
  let simulator: Awaited<ReturnType<typeof startSimulator>>;
  let env: Record<string, string>;
  const servers: ServerProcess[] = [];

  beforeEach(async () => {
    db = await createTestDatabase();
    simulator = await startSimulator();
    env = { DATABASE_URL: db.url, SIMULATOR_URL: simulator.url, ...queueEnv(backend, 'crash') };
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.end('SIGKILL')));
    await simulator.close();
    await db.close();
  });

  const start = async (more: Record<string, string> = {}): Promise<ServerProcess> => {
    const server = await startServer({ ...env, ...more });
    servers.push(server);
    return server;
  };

  it('reaches every recipient exactly once although the server is killed in the middle', async () => {
    const first = await start();
    const api = await logIn(first.url);
    await connectSenders(api, 6);
    const campaign = await startCampaign(api, RECIPIENTS, quickPace);
    await waitFor(() => simulator.network.ledger.summary().arrived > 10, { timeoutMs: 60_000 });
    await first.end('SIGKILL');
    const before = simulator.network.ledger.summary().arrived;
    expect(before).toBeLessThan(RECIPIENTS);

    const second = await start();
    const again = await logIn(second.url);
    await allConnected(again, 6);
    const stats = await completed(again, campaign);
    expect(stats.sent + stats.delivered + stats.read).toBe(RECIPIENTS);
    expect(simulator.network.ledger.summary()).toMatchObject({ unique: RECIPIENTS, duplicates: 0 });
  });

  it('runs with API and worker in processes of their own', async () => {
    const apiServer = await start({ ROLES: 'api' });
    const worker = await start({ ROLES: 'worker' });
    const api = await logIn(apiServer.url);
    await connectSenders(api, 2);
    const campaign = await startCampaign(api, 20, quickPace);
    const stats = await completed(api, campaign);
    expect(stats.sent + stats.delivered + stats.read).toBe(20);
    expect((await fetch(`${worker.url}/health/ready`)).status).toBe(200);
    // The API goes first where they share a processor.
    expect([apiServer, worker].map(({ child }) => getPriority(child.pid))).toEqual([getPriority(), 10]);
    expect((await fetch(`${worker.url}/api/campaigns`)).status).toBe(404);
  });

  it('sends nothing more after a pause, but what was under way, and goes on after resume', async () => {
    const server = await start();
    const api = await logIn(server.url);
    await connectSenders(api, 6);
    const campaign = await startCampaign(api, 60, quickPace);
    await waitFor(() => simulator.network.ledger.summary().arrived > 4, { timeoutMs: 60_000 });
    await api.post(`/api/campaigns/${campaign}/pause`);
    const paused = await waitFor(
      async () => {
        const stats = await statsOf(api, campaign);
        return stats.sending === 0 && stats.queued === 0 && stats;
      },
      { timeoutMs: 60_000, what: 'queued recipients to be put back' },
    );
    const { arrived } = simulator.network.ledger.summary();
    expect(paused.pending).toBe(60 - arrived);
    await api.post(`/api/campaigns/${campaign}/resume`);
    await completed(api, campaign);
    expect(simulator.network.ledger.summary()).toMatchObject({ unique: 60, duplicates: 0 });
  });
});

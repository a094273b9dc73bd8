import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';
import { backends, queueEnv, type Installation } from './backends.js';
import { allConnected, connectSenders, logIn, startSimulator } from './campaign.js';
import { startServer, type ServerProcess } from './server.js';

jest.setTimeout(150_000);

interface Shown {
  id: string;
  state: string;
  sendAt: string | null;
  sentAt: string | null;
}

describe.each(backends)('direct messages with their queue on %s', (backend) => {
  let db: TestDatabase;
  let simulator: Awaited<ReturnType<typeof startSimulator>>;
  const servers: ServerProcess[] = [];

  beforeEach(async () => {
    db = await createTestDatabase();
    simulator = await startSimulator();
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.end('SIGKILL')));
    await simulator.close();
    await db.close();
  });

  const start = async (installation: Installation): Promise<ServerProcess> => {
    const env = { DATABASE_URL: db.url, SIMULATOR_URL: simulator.url, ...queueEnv(backend, installation) };
    const server = await startServer(env);
    servers.push(server);
    return server;
  };

  it('arrive exactly once, and not before their time, though the server is killed and its Redis lost', async () => {
    const first = await start('direct');
    const api = await logIn(first.url);
    await connectSenders(api, 6);
    const text = (index: number) => ({
      to: `+551196${2_000_000 + index}`,
      type: 'text',
      content: `{${index}}`,
    });
    const sendAt = new Date(Date.now() + 15_000).toISOString();
    const messages = Array.from({ length: 28 }, (_, index) =>
      index < 24 ? text(index) : { ...text(index), sendAt },
    );
    const bulk = await api.post<{ id: string }>('/message/send-bulk', { messages });
    await waitFor(() => simulator.network.ledger.summary().arrived > 6, { timeoutMs: 60_000 });
    await first.end('SIGKILL');
    expect(simulator.network.ledger.summary().arrived).toBeLessThan(24);

    const again = await logIn((await start('direct, another one')).url);
    await allConnected(again, 6);
    const shown = await waitFor(
      async () => {
        const page = await again.get<Shown[]>(`/api/messages?bulkId=${bulk.id}&limit=50`);
        return page.every(({ sentAt }) => sentAt !== null) && page;
      },
      { timeoutMs: 90_000, everyMs: 200, what: 'all messages to be sent' },
    );
    expect(shown).toHaveLength(28);
    expect(shown.filter(({ state }) => !['sent', 'delivered', 'read'].includes(state))).toEqual([]);
    const early = shown.filter(
      (message) => message.sendAt && Date.parse(message.sentAt ?? '') < Date.parse(message.sendAt),
    );
    expect(early).toEqual([]);
    expect(simulator.network.ledger.summary()).toMatchObject({ unique: 28, duplicates: 0 });
    const send = await waitFor(
      async () => {
        const sum = await again.get<Record<string, unknown>>(`/api/sends/${bulk.id}`);
        return sum['completedAt'] !== null && sum;
      },
      { timeoutMs: 60_000, everyMs: 200, what: 'the bulk to be complete' },
    );
    expect(send).toMatchObject({ total: 28, open: 0, failed: 0, skipped: 0, unknown: 0 });
  });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import type { ApiClient } from '../../src/demo/api-client.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { emptyCopy, restoredCopy } from '../support/restored-database.js';
import { waitFor } from '../support/wait-for.js';
import { backends, queueEnv } from './backends.js';
import { completed, connectSenders, logIn, startCampaign, startSimulator, statsOf } from './campaign.js';
import { startServer, type ServerProcess } from './server.js';

jest.setTimeout(150_000);

const RECIPIENTS = 60;
const STOPS = '+5511961000000';
const pace = { minDelay: 100, maxDelay: 200 };

const optedOut = async (api: ApiClient): Promise<string[]> =>
  (await api.get<{ phoneNumber: string }[]>('/api/contacts?optedOut=true')).map(
    ({ phoneNumber }) => phoneNumber,
  );

describe.each(backends)(
  'a database that is restored in the middle of a campaign, the queue on %s',
  (backend) => {
    let db: TestDatabase;
    let backup: TestDatabase | undefined;
    let simulator: Awaited<ReturnType<typeof startSimulator>>;
    let dataDir: string;
    const servers: ServerProcess[] = [];

    beforeEach(async () => {
      db = await createTestDatabase();
      simulator = await startSimulator();
      dataDir = await mkdtemp(join(tmpdir(), 'restore-'));
      await forget();
    });
    afterEach(async () => {
      await Promise.all(servers.splice(0).map((server) => server.end('SIGKILL')));
      await simulator.close();
      await db.close();
      await backup?.close();
      await rm(dataDir, { recursive: true });
    });

    /** What is kept outside of PostgreSQL. */
    async function forget(): Promise<void> {
      await rm(dataDir, { recursive: true });
      if (backend !== 'redis') return;
      const redis = new Redis(queueEnv(backend, 'restore')['REDIS_URL'] ?? '');
      await redis.flushdb();
      redis.disconnect();
    }

    async function start(database: TestDatabase, roles = 'api,worker') {
      const server = await startServer({
        ROLES: roles,
        DATABASE_URL: database.url,
        DATA_DIR: dataDir,
        SIMULATOR_URL: simulator.url,
        ...queueEnv(backend, 'restore'),
      });
      servers.push(server);
      return { server, api: await logIn(server.url) };
    }

    /** A campaign that went on to its end after the backup, after which a recipient wrote STOP. */
    async function sentBeyondBackup(): Promise<string> {
      backup = await emptyCopy();
      const { server, api } = await start(db);
      await connectSenders(api, 6);
      const [sender] = await api.get<{ id: string }[]>('/api/senders');
      const campaign = await startCampaign(api, RECIPIENTS, pace);
      await waitFor(() => simulator.network.ledger.summary().arrived > 10, { timeoutMs: 60_000 });
      await restoredCopy(db.url, backup);
      const waiting = `SELECT FROM deliveries WHERE state IN ('pending', 'queued')`;
      expect(await backup.database.manager.query(waiting)).not.toHaveLength(0);
      await completed(api, campaign);
      simulator.network.write({ from: STOPS, to: sender!.id, text: 'STOP' });
      await waitFor(async () => (await optedOut(api)).length === 1, { timeoutMs: 60_000 });
      await server.end('SIGTERM');
      return campaign;
    }

    it('goes on by itself and sends nothing twice, because the journal knows what was handed over, and who wrote STOP', async () => {
      const campaign = await sentBeyondBackup();
      const { server, api } = await start(backup!);
      const stats = await completed(api, campaign);
      expect(stats.sent + stats.delivered + stats.read).toBe(RECIPIENTS);
      expect(simulator.network.ledger.summary()).toMatchObject({ unique: RECIPIENTS, duplicates: 0 });
      expect(await optedOut(api)).toEqual([STOPS]);
      expect(server.output()).toContain('"alert":"database.restored"');
    });

    it('holds the campaign until a user resumes it where the journal is gone, and sends what is new', async () => {
      const campaign = await sentBeyondBackup();
      await forget();
      const first = await start(backup!, 'api');
      const fresh = { to: '+5511988880000', type: 'text', content: 'Asked for before a worker is there' };
      const { id } = await first.api.post<{ id: string }>('/api/message/send', fresh);
      const { api, server } = await start(backup!);
      const { status } = await api.get<{ status: string }>(`/api/campaigns/${campaign}`);
      expect(status).toBe('paused');
      expect(await statsOf(api, campaign)).toMatchObject({ waitingFor: { reason: 'database_restored' } });
      const { arrived } = simulator.network.ledger.summary(campaign);
      expect(arrived).toBe(RECIPIENTS);
      const health = await fetch(`${server.url}/health`);
      expect(await health.json()).toMatchObject({
        success: true,
        checks: expect.arrayContaining([expect.objectContaining({ name: 'restore', ok: true })]),
      });
      const { warnings } = await api.post<{ warnings: { code: string; count: number }[] }>(
        `/api/campaigns/${campaign}/resume`,
      );
      expect(warnings).toEqual([expect.objectContaining({ code: 'database_restored' })]);
      expect(warnings[0]!.count).toBeGreaterThan(0);
      const stats = await completed(api, campaign);
      expect(stats.sent + stats.delivered + stats.read).toBe(RECIPIENTS);
      // Asked for before a session was up again, it may have found no sender, and rests for 15 seconds then.
      await waitFor(() => simulator.network.ledger.summary(id).arrived === 1, { timeoutMs: 60_000 });
    });
  },
);

import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/db/embedded/index.js';
import { createLogger } from '../../src/lib/logger.js';
import { makeDataDir } from '../platform/support/data-dirs.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';
import { connectSenders, logIn, startCampaign, startSimulator } from './campaign.js';
import { exitOf, spawnServer, startServer, type ServerProcess } from './server.js';

let db: TestDatabase;
let simulator: Awaited<ReturnType<typeof startSimulator>>;
const servers: ServerProcess[] = [];

beforeAll(async () => {
  db = await createTestDatabase();
  simulator = await startSimulator();
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.end('SIGKILL')));
});
afterAll(async () => {
  await simulator.close();
  await db.close();
});

async function start(env: Record<string, string> = {}): Promise<ServerProcess> {
  const server = await startServer({ DATABASE_URL: db.url, SIMULATOR_URL: simulator.url, ...env });
  servers.push(server);
  return server;
}

/** Makes an embedded database with the first migration of before the first release; returns the folder it lies in. */
async function databaseOfPreRelease(dataDir: string): Promise<string> {
  const { url, folder, stop } = await startEmbeddedPostgres({ dataDir, logger: createLogger('silent') });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`CREATE TABLE migrations (id serial PRIMARY KEY, "timestamp" bigint NOT NULL, name varchar NOT NULL);
    INSERT INTO migrations ("timestamp", name) VALUES (1763600000000, 'InitialSchema1763600000000')`);
  await client.end();
  await stop();
  return folder;
}

describe('the process', () => {
  it('does not start with a wrong setting, and names it, its value and what is allowed', async () => {
    const server = spawnServer({ PORT: 'eighty', HOST: '127.0.0.1' });
    expect(await exitOf(server.child)).toBe(1);
    expect(server.output()).toMatch(/PORT is "?eighty"?\. Allowed: .*65535/s);
  });

  it('says which setting to change when its port is taken', async () => {
    const first = await start();
    const second = spawnServer({ DATABASE_URL: db.url, PORT: new URL(first.url).port });
    expect(await exitOf(second.child)).toBe(1);
    expect(second.output()).toContain('already in use');
  });

  it('names the setting of a database that cannot be opened, and not its password', async () => {
    const server = spawnServer({ DATABASE_URL: 'postgres://user:hidden-password@127.0.0.1:1/starling' });
    expect(await exitOf(server.child)).toBe(1);
    expect(server.output()).toContain('DATABASE_URL');
    expect(server.output()).toContain('127.0.0.1:1');
    expect(server.output()).not.toContain('hidden-password');
  });

  it('does not start on a database of a pre-release; without its folder it starts with a new one', async () => {
    const { dataDir, remove } = await makeDataDir();
    try {
      const folder = await databaseOfPreRelease(dataDir);
      const refused = spawnServer({ DATA_DIR: dataDir });
      expect(await exitOf(refused.child)).toBe(1);
      expect(refused.output()).toMatch(
        /^Starling cannot start: The database was made by a pre-release [^\n]+\n$/,
      );
      expect(refused.output()).toContain(`move or delete its folder ${folder} and start Starling again`);
      await rm(folder, { recursive: true });
      const started = await start({ DATABASE_URL: '', DATA_DIR: dataDir });
      expect(await started.end('SIGTERM')).toBe(0);
    } finally {
      await remove();
    }
  }, 60_000);

  it('refuses to serve without a login beyond loopback', async () => {
    const server = spawnServer({ AUTH_MODE: 'none', HOST: '0.0.0.0', DATABASE_URL: db.url });
    expect(await exitOf(server.child)).toBe(1);
    expect(server.output()).toContain('AUTH_MODE');
  });

  it('answers the health routes and ends with 0 after SIGTERM', async () => {
    const server = await start();
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    expect(await server.end('SIGTERM')).toBe(0);
  });

  it('finishes hand-overs under way on SIGTERM, and ends at once on a second signal', async () => {
    const server = await start({ SHUTDOWN_TIMEOUT: '60000' });
    const api = await logIn(server.url);
    await connectSenders(api, 1);
    // Answers take so long that only a drain that waits would see them.
    simulator.network.change({ latency: 45_000 });
    await startCampaign(api, 3, { minDelay: 0, maxDelay: 10 });
    await waitFor(() => simulator.network.ledger.summary().arrived > 0, { timeoutMs: 20_000 });
    server.child.kill('SIGTERM');
    await waitFor(
      async () => (await fetch(`${server.url}/health/ready`).catch(() => ({ status: 0 }))).status !== 200,
      { what: 'the server to drain' },
    );
    expect(server.child.exitCode).toBeNull();
    expect(await server.end('SIGTERM')).toBe(1);
    simulator.network.change({ latency: 0 });
  });

  it('brings its own database when there is none, and keeps what it held', async () => {
    const { dataDir, remove } = await makeDataDir();
    try {
      const first = await start({ DATABASE_URL: '', DATA_DIR: dataDir });
      const api = await logIn(first.url);
      await api.post('/api/contacts', { phoneNumber: '+5511961234567', name: 'Ana' });
      await first.end('SIGKILL');
      const second = await start({ DATABASE_URL: '', DATA_DIR: dataDir });
      const contacts = await (await logIn(second.url)).get<{ name: string }[]>('/api/contacts');
      expect(contacts.map(({ name }) => name)).toEqual(['Ana']);
      expect(await second.end('SIGTERM')).toBe(0);
    } finally {
      await remove();
    }
  });
});

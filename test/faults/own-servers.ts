import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { ownPort } from '../../chaos/own-port.js';
import { startEmbeddedPostgres } from '../../src/db/embedded/index.js';
import { createLogger } from '../../src/lib/logger.js';
import { waitFor } from '../support/wait-for.js';

/** A server of one test's own, which may go and come back. */
export interface OwnServer {
  url: string;
  port: number;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops it and deletes what it held. */
  close(): Promise<void>;
}

/** A PostgreSQL that keeps its port and its data. Not started yet. */
export async function ownPostgres(): Promise<OwnServer & { url: string }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'starling-fault-'));
  // Run as root, PostgreSQL belongs to another OS user, who has to get into this folder.
  await chmod(dataDir, 0o755);
  const port = await ownPort();
  const logger = createLogger('silent');
  let running: Awaited<ReturnType<typeof startEmbeddedPostgres>> | undefined;
  const server = {
    url: '',
    port,
    async start() {
      running = await startEmbeddedPostgres({ dataDir, port, logger, settings: { fsync: 'off' } });
      server.url = running.url;
    },
    async stop() {
      await running?.stop();
      running = undefined;
    },
    async close() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return server;
}

/** A Redis that keeps what it has written down, as production.md advises, and can be frozen: alive, and silent. */
export async function ownRedis(): Promise<OwnServer & { freeze(): void; thaw(): void }> {
  const port = await ownPort();
  const url = `redis://127.0.0.1:${port}`;
  const folder = await mkdtemp(join(tmpdir(), 'starling-fault-redis-'));
  const address = ['--port', String(port), '--bind', '127.0.0.1'];
  const keeping = ['--dir', folder, '--save', '', '--appendonly', 'yes'];
  let child: ChildProcess | undefined;
  return {
    url,
    port,
    async start() {
      child = spawn('redis-server', [...address, ...keeping], { stdio: 'ignore' });
      const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
      client.on('error', () => undefined);
      await waitFor(async () => (await client.ping()) === 'PONG', { what: 'Redis to answer' });
      client.disconnect();
    },
    async stop() {
      await ended(child);
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async close() {
      await ended(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ended(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

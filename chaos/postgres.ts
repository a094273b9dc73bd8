import { chmod, mkdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { ownPort } from './own-port.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../src/db/embedded/index.js';
import { readPostmasterFile } from '../src/db/embedded/postmaster-file.js';
import { isAlive } from '../src/db/embedded/processes.js';
import { until } from '../src/demo/until.js';
import { createLogger } from '../src/lib/logger.js';

export interface ChaosPostgres {
  url: string;
  /** Away for so long, then back in the same place with the same data. */
  goAway(manner: 'restart' | 'crash', awayMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** A PostgreSQL of this run, with the settings of the product: what it confirmed is on the disk. */
export async function startPostgres(folder: string): Promise<ChaosPostgres> {
  await mkdir(folder);
  // Run as root, PostgreSQL belongs to another OS user, who has to get into this folder.
  await chmod(folder, 0o755);
  const port = await ownPort();
  const start = (): Promise<EmbeddedPostgres> =>
    startEmbeddedPostgres({ dataDir: folder, port, logger: createLogger('silent') });
  let server = await start();
  const data = await dataFolder(server.url);
  return {
    url: server.url,
    async goAway(manner, awayMs) {
      if (manner === 'crash') await crash(data);
      await server.stop();
      await pause(awayMs);
      server = await start();
    },
    stop: () => server.stop(),
  };
}

/** PostgreSQL's immediate shutdown: every backend drops what it does, the next start recovers from the log. */
async function crash(data: string): Promise<void> {
  const pid = readPostmasterFile(data)?.pid;
  if (pid === undefined) throw new Error('There is no PostgreSQL to crash.');
  process.kill(pid, 'SIGQUIT');
  await until('PostgreSQL to crash', async () => (isAlive(pid) ? undefined : true), { everyMs: 10 });
}

async function dataFolder(url: string): Promise<string> {
  const [row] = await query<{ folder: string }>(url, `SELECT current_setting('data_directory') AS folder`);
  return row?.folder ?? '';
}

/** One statement on a connection of its own. */
export async function query<Row>(url: string, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  // A server that ends between two of our statements says so to an idle client: the next statement fails anyway.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query(text, values);
    return rows as Row[];
  } finally {
    await client.end();
  }
}

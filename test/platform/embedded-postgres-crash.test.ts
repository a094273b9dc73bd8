import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { provideBinaries } from '../../src/db/embedded/binaries.js';
import { freePort } from '../../src/db/embedded/free-port.js';
import { startEmbeddedPostgres } from '../../src/db/embedded/index.js';
import { chooseOsUser, identity } from '../../src/db/embedded/os-user.js';
import { readPostmasterFile } from '../../src/db/embedded/postmaster-file.js';
import { isAlive } from '../../src/db/embedded/processes.js';
import { createLogger } from '../../src/lib/logger.js';
import { waitFor } from '../support/wait-for.js';
import { clusterOf, makeDataDir } from './support/data-dirs.js';
import { startHolder } from './support/holder.js';

const KEEP = 'DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 42 AS answer';
const logger = createLogger('silent');

describe('the embedded database after a crash', () => {
  let dataDir: string;
  let remove: () => Promise<void>;

  beforeAll(async () => {
    ({ dataDir, remove } = await makeDataDir());
  });

  afterAll(() => remove());

  const startAndAsk = async (statement: string): Promise<unknown> => {
    const postgres = await startEmbeddedPostgres({ dataDir, logger });
    try {
      return await ask(postgres.url, statement);
    } finally {
      await postgres.stop();
    }
  };

  it('ends with its process, also when that is killed, and starts again at once', async () => {
    const holder = await startHolder(dataDir);
    await ask(holder.said, KEEP);
    const pid = (await postmaster()).pid;
    await holder.kill();
    expect(await startAndAsk('SELECT answer FROM kept')).toBe(42);
    await waitFor(() => !isAlive(pid), { what: 'the end of the first postgres' });
  });

  it('starts after its process and postgres were both killed, with what was committed', async () => {
    const holder = await startHolder(dataDir);
    await ask(holder.said, KEEP);
    const { pid } = await postmaster();
    process.kill(pid, 'SIGKILL');
    await holder.kill();
    expect(await startAndAsk('SELECT answer FROM kept')).toBe(42);
  });

  it('starts when the process id in the stale postmaster.pid belongs to something else by now', async () => {
    await startAndAsk('SELECT 1');
    const file = path.join(await clusterOf(dataDir), 'postmaster.pid');
    const { user } = await platform();
    const other = spawn('/bin/sh', ['-c', 'read -r line'], {
      ...identity(user),
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    try {
      const stale = [other.pid, path.dirname(file), 1_700_000_000, 5432, '', '127.0.0.1', '', 'ready'];
      await writeFile(file, `${stale.join('\n')}\n`);
      expect(await startAndAsk('SELECT 7')).toBe(7);
      expect(other.exitCode).toBeNull();
    } finally {
      other.stdin.end();
    }
  });

  it('takes over a postgres that outlived its process: shuts it down and starts anew', async () => {
    await startAndAsk(KEEP);
    const { user, binaries } = await platform();
    const cluster = await clusterOf(dataDir);
    const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='];
    const orphan = spawn(binaries.postgres, ['-D', cluster, '-p', String(await freePort()), ...settings], {
      ...identity(user),
      cwd: cluster,
      stdio: 'ignore',
    });
    const ended = once(orphan, 'exit');
    await waitFor(() => readPostmasterFile(cluster)?.ready, { what: 'the orphan' });
    expect(await startAndAsk('SELECT answer FROM kept')).toBe(42);
    expect(await ended).toEqual([0, null]);
  });

  it('refuses a data folder that another live process uses, and leaves that one alone', async () => {
    const holder = await startHolder(dataDir);
    try {
      const inUse = `is in use by another Starling process (pid ${holder.child.pid})`;
      await expect(startEmbeddedPostgres({ dataDir, logger })).rejects.toThrow(inUse);
      expect(await ask(holder.said, 'SELECT 1')).toBe(1);
    } finally {
      await holder.kill();
    }
  });

  it('of two processes that start at once on one data folder, one runs and one is refused', async () => {
    const holders = await Promise.all([startHolder(dataDir), startHolder(dataDir)]);
    try {
      const said = holders.map((holder) => holder.said);
      expect(said.filter((line) => line.startsWith('postgres://'))).toHaveLength(1);
      expect(said.filter((line) => line.includes('is in use by another Starling process'))).toHaveLength(1);
    } finally {
      await Promise.all(holders.map((holder) => holder.kill()));
    }
  });

  it('an owner file of a process id that was reused meanwhile does not lock a new process out', async () => {
    await startAndAsk('SELECT 1');
    const stale = { pid: process.ppid, start: 'long ago' };
    await writeFile(path.join(dataDir, 'postgres.lock'), JSON.stringify(stale));
    expect(await startAndAsk('SELECT 1')).toBe(1);
    await expect(readFile(path.join(dataDir, 'postgres.lock'))).rejects.toThrow('ENOENT');
  });

  const postmaster = async () =>
    waitFor(async () => readPostmasterFile(await clusterOf(dataDir)), { what: 'a postmaster.pid' });

  const platform = async () => {
    const user = chooseOsUser(await clusterOf(dataDir));
    return { user, binaries: provideBinaries(user, '/var/lib/starling', logger) };
  };
});

async function ask(url: string, statement: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  // The database may be killed under this connection.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const result: unknown = await client.query(statement);
    // Several statements in one string have several results.
    return Array.isArray(result) ? undefined : firstValue(result as pg.QueryResult<Record<string, unknown>>);
  } finally {
    await client.end();
  }
}

function firstValue(result: pg.QueryResult<Record<string, unknown>>): unknown {
  return Object.values(result.rows[0] ?? {})[0];
}

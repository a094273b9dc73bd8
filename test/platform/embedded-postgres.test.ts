import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/db/embedded/index.js';
import { createLogger } from '../../src/lib/logger.js';
import { clusterOf, isRoot, makeDataDir } from './support/data-dirs.js';

const logger = createLogger('silent');

describe('the embedded database', () => {
  let dataDir: string;
  let remove: () => Promise<void>;
  const running: EmbeddedPostgres[] = [];

  const start = async (settings?: Record<string, string>): Promise<EmbeddedPostgres> => {
    const postgres = await startEmbeddedPostgres({
      dataDir,
      logger,
      settings: { fsync: 'off', ...settings },
    });
    running.push(postgres);
    return postgres;
  };

  beforeAll(async () => {
    ({ dataDir, remove } = await makeDataDir());
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((postgres) => postgres.stop()));
  });

  afterAll(() => remove());

  it('starts from nothing, in UTF-8 and UTC, sorted by bytes', async () => {
    const { url } = await start();
    expect(new URL(url).pathname).toBe('/starling');
    expect(await one(url, 'SHOW server_encoding')).toBe('UTF8');
    expect(await one(url, 'SHOW timezone')).toBe('UTC');
    expect(await one(url, `SELECT 'Z' < 'a' COLLATE "default"`)).toBe(true);
    expect(await one(url, `SELECT 'JOSÉ' ILIKE 'josé'`)).toBe(true);
  });

  it('keeps its data and its password from one start to the next', async () => {
    const first = await start();
    await one(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    const second = await start();
    expect(await one(second.url, 'SELECT answer FROM kept')).toBe(42);
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
  });

  it('comes back on the port it is given', async () => {
    const first = await start();
    await first.stop();
    const port = Number(new URL(first.url).port);
    const second = await startEmbeddedPostgres({ dataDir, logger, port, settings: { fsync: 'off' } });
    running.push(second);
    expect(second.url).toBe(first.url);
    expect(await one(second.url, 'SELECT 1')).toBe(1);
  });

  it('listens on the loopback interface only, and on no socket file', async () => {
    const { url } = await start();
    expect(await one(url, 'SHOW listen_addresses')).toBe('127.0.0.1');
    expect(await one(url, 'SHOW unix_socket_directories')).toBe('');
  });

  it('refuses every connection without the password, which only we can read', async () => {
    const { url } = await start();
    const withWrong = new URL(url);
    withWrong.password = 'guess';
    await expect(one(withWrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect((await stat(path.join(dataDir, 'postgres-password'))).mode & 0o777).toBe(0o600);
    expect(
      await one(url, `SELECT rolpassword LIKE 'SCRAM-SHA-256%' FROM pg_authid WHERE rolname = 'starling'`),
    ).toBe(true);
  });

  it('makes a new password when the file with the old one was deleted', async () => {
    const first = await start();
    await first.stop();
    await rm(path.join(dataDir, 'postgres-password'));
    const second = await start();
    expect(new URL(second.url).password).not.toBe(new URL(first.url).password);
    expect(await one(second.url, 'SELECT 1')).toBe(1);
  });

  it('writes no statement and no value of a failed one into its log', async () => {
    const { url } = await start();
    await one(url, 'CREATE TABLE people (phone text PRIMARY KEY)');
    const insert = `INSERT INTO people VALUES ('+5511987654321')`;
    await one(url, insert);
    await expect(one(url, insert)).rejects.toThrow('duplicate key');
    const log = await readFile(path.join(dataDir, 'postgres.log'), 'utf8');
    expect(log).toContain('duplicate key');
    expect(log).not.toContain('5511987654321');
  });

  it('refuses a second start in the same process with a sentence that says what to do', async () => {
    await start();
    await expect(start()).rejects.toThrow(/is in use by this process\. Stop it first, or set DATA_DIR/);
  });

  it('refuses a database made by another major version', async () => {
    await (await start()).stop();
    const version = path.join(await clusterOf(dataDir), 'PG_VERSION');
    await writeFile(version, '17\n');
    await expect(start()).rejects.toThrow('was made by PostgreSQL 17, but PostgreSQL 18 is installed now');
    await writeFile(version, '18\n');
  });

  it('says why it cannot start, and where its log is', async () => {
    await expect(start({ shared_buffers: 'lots' })).rejects.toThrow(
      /did not start: .*shared_buffers.*postgres\.log/,
    );
  });

  it('stop may be called twice', async () => {
    const postgres = await start();
    await Promise.all([postgres.stop(), postgres.stop()]);
    await expect(one(postgres.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
  });
});

describe('a data folder that is not empty', () => {
  let dataDir: string;
  let remove: () => Promise<void>;

  beforeEach(async () => {
    ({ dataDir, remove } = await makeDataDir());
  });

  afterEach(() => remove());

  it('an initdb that was interrupted leaves nothing that stands in the way', async () => {
    const unfinished = path.join(dataDir, 'postgres.init-Xy12ab');
    await mkdir(path.join(unfinished, 'data'), { recursive: true });
    await writeFile(path.join(unfinished, 'data', 'PG_VERSION'), '18\n');
    const { url, stop } = await startEmbeddedPostgres({ dataDir, logger });
    expect(await one(url, 'SELECT 1')).toBe(1);
    await stop();
    expect((await readdir(dataDir)).filter((name) => name.startsWith('postgres.init'))).toEqual([]);
  });

  it('touches no files that are not its own', async () => {
    const folder = path.join(dataDir, 'postgres');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'holiday.jpg'), 'beach');
    await expect(startEmbeddedPostgres({ dataDir, logger })).rejects.toThrow(
      isRoot ? 'belongs to root' : 'holds other files',
    );
    expect(await readdir(folder)).toEqual(['holiday.jpg']);
  });
});

describe('a data folder inside a folder only its owner can enter', () => {
  it('works: as root at another private place that a note names, otherwise right there', async () => {
    const { dataDir, remove } = await makeDataDir(0o700);
    const first = await startEmbeddedPostgres({ dataDir, logger });
    try {
      await one(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    } finally {
      await first.stop();
    }
    const second = await startEmbeddedPostgres({ dataDir, logger });
    try {
      expect(await one(second.url, 'SELECT answer FROM kept')).toBe(42);
      const cluster = await clusterOf(dataDir);
      expect(cluster.startsWith(dataDir)).toBe(!isRoot);
      expect((await stat(cluster)).mode & 0o777).toBe(0o700);
      expect((await stat(path.dirname(dataDir))).mode & 0o777).toBe(0o700);
    } finally {
      await second.stop();
      await remove();
    }
  });
});

async function one(url: string, statement: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query<Record<string, unknown>>(statement);
    return Object.values(result.rows?.[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

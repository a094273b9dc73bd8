import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { systemClock } from '../../src/lib/clock.js';
import { watchedClient } from '../../src/db/watched-client.js';
import { MigratedPool } from '../../src/queue/migrated-pool.js';
import { ConnectionLog } from '../../src/queue/connection-log.js';
import { createTestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';
import { logger } from './backends.js';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** PostgreSQL's "ready for query", at the end of what it says. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** A way to the server that can hold its next "ready" back, to deliver it in one packet with what comes after it. */
async function startWay(target: URL) {
  let holding: (() => void) | undefined;
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    let held = Buffer.alloc(0);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.on('data', (packet: Buffer) => far.write(packet));
    far.on('data', (packet: Buffer) => {
      held = Buffer.concat([held, packet]);
      if (holding && held.subarray(-READY.length).equals(READY)) {
        holding();
        holding = undefined;
        return;
      }
      near.write(held);
      held = Buffer.alloc(0);
    });
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    cleanups.push(() => near.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => server.close());
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    holdNextReady: () =>
      new Promise<void>((resolve) => {
        holding = resolve;
      }),
  };
}

describe('a connection to which PostgreSQL says goodbye in the packet that says ready', () => {
  it('is replaced, and does not end the process', async () => {
    const database = await createTestDatabase();
    cleanups.push(() => database.close());
    const way = await startWay(new URL(database.url));
    const open = new Set<pg.Client>();
    const Client = watchedClient({
      opened: (client) => open.add(client),
      ended: (client) => open.delete(client),
      unavailable: () => undefined,
    });
    const pool = new MigratedPool(way.url, new ConnectionLog(logger, systemClock), Client);
    cleanups.push(() => pool.end());
    const first = await pool.connect();
    const held = way.holdNextReady();
    const second = pool.connect();
    await held;
    const ended: { pid: number }[] = await database.database.manager.query(
      `SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'starling-queue' AND datname = current_database() ORDER BY backend_start DESC LIMIT 1`,
    );
    const client = await second;
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    expect(rows).toEqual([{ pid: expect.any(Number) }]);
    expect(rows[0]?.pid).not.toBe(ended[0]?.pid);
    client.release();
    first.release();
    await waitFor(() => open.size === 2, { what: 'the broken connection to be gone' });
  });
});

describe('a statement that PostgreSQL ends because of a deadlock', () => {
  it('is asked again, when the other transaction has gone on', async () => {
    const database = await createTestDatabase();
    cleanups.push(() => database.close());
    const pool = new MigratedPool(database.url, new ConnectionLog(logger, systemClock));
    cleanups.push(() => pool.end());
    await pool.query('CREATE TABLE jobs (id integer, moved integer DEFAULT 0)');
    await pool.query('INSERT INTO jobs VALUES (1), (2)');
    const other = await pool.connect();
    cleanups.push(() => other.release(true));
    // It is the pool's statement that looks for the deadlock, and loses it.
    await other.query("SET deadlock_timeout = '1min'; BEGIN");
    await other.query('UPDATE jobs SET moved = moved + 1 WHERE id = 2');
    const both = pool.query(`DO $$ BEGIN
      UPDATE jobs SET moved = moved + 1 WHERE id = 1;
      UPDATE jobs SET moved = moved + 1 WHERE id = 2;
    END $$`);
    const waits = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    await waitFor(async () => (await pool.query(waits)).rows.length === 1);
    await other.query('UPDATE jobs SET moved = moved + 1 WHERE id = 1');
    await other.query('COMMIT');
    await both;
    const { rows: jobs } = await pool.query('SELECT id, moved FROM jobs ORDER BY id');
    expect(jobs).toEqual([
      { id: 1, moved: 2 },
      { id: 2, moved: 2 },
    ]);
  });
});

describe('a connection on which PostgreSQL refuses a statement', () => {
  it.each([
    [
      'as BullMQ does',
      `DO $$ BEGIN RAISE EXCEPTION 'Job is not in the active state' USING ERRCODE = 'BM003'; END $$`,
    ],
    ['that cannot be read', 'SELEC 1'],
    ['that was ended from outside', 'SELECT pg_cancel_backend(pg_backend_pid())'],
  ])('%s, is kept', async (_, refused) => {
    const database = await createTestDatabase();
    cleanups.push(() => database.close());
    const pool = new MigratedPool(database.url, new ConnectionLog(logger, systemClock));
    cleanups.push(() => pool.end());
    const backend = async () =>
      (await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid;
    const before = await backend();
    await expect(pool.query(refused)).rejects.toThrow();
    expect(await backend()).toBe(before);
  });

  it('because it ends the connection, is replaced', async () => {
    const database = await createTestDatabase();
    cleanups.push(() => database.close());
    const pool = new MigratedPool(database.url, new ConnectionLog(logger, systemClock));
    cleanups.push(() => pool.end());
    await expect(pool.query('SELECT pg_terminate_backend(pg_backend_pid())')).rejects.toThrow();
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });
});

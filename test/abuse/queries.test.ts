import { readdir } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Route } from '../../src/api/route.js';
import { defaultTimeouts, inCurrentUse } from '../../src/db/index.js';
import { divideConnections } from '../../src/db/connections.js';
import { uses, type Use } from '../../src/db/use.js';
import { systemClock } from '../../src/lib/clock.js';
import { newId } from '../../src/lib/ids.js';
import { createLogger } from '../../src/lib/logger.js';
import { ConnectionLog } from '../../src/queue/connection-log.js';
import { MigratedPool } from '../../src/queue/migrated-pool.js';
import { dataOf } from '../api/filled-tenant.js';
import { declaredRoutes, startSurface, type Surface } from '../api/surface.js';
import { listen } from '../media/far-side.js';
import { png } from '../media/support.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';
import { lockTables } from './locked-tables.js';

const TEN_MINUTES = 600_000;

describe('statements have a time-out and connections of their own', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase({ ...defaultTimeouts, heavyRead: 150 });
  });
  afterAll(() => db.close());

  const shown = (use: Use): Promise<{ timeout: number; pid: number }[]> =>
    db.database.using({ use }, () =>
      db.database.manager.query(
        `SELECT setting::int AS timeout, pg_backend_pid() AS pid FROM pg_settings WHERE name = 'statement_timeout'`,
      ),
    );

  it('that depends on what they are for', async () => {
    const byUse = new Map<Use, { timeout: number; pid: number } | undefined>();
    for (const use of uses) byUse.set(use, (await shown(use))[0]);
    expect(Object.fromEntries([...byUse].map(([use, row]) => [use, row?.timeout]))).toEqual({
      short: 5_000,
      request: 30_000,
      heavyRead: 150,
      heavyWrite: 300_000,
      job: TEN_MINUTES,
      migration: 0,
    });
    expect(new Set([...byUse.values()].map((row) => row?.pid)).size).toBe(uses.length);
  });

  it('that holds inside a transaction as well, and outside of a request is that of a job', async () => {
    const inside = await db.database.using({ use: 'request' }, () =>
      db.database.transaction((tx) => tx.query('SHOW statement_timeout')),
    );
    expect(inside).toEqual([{ statement_timeout: '30s' }]);
    expect(await db.database.manager.query('SHOW statement_timeout')).toEqual([
      { statement_timeout: '10min' },
    ]);
  });

  it('that ends a statement, after which the connection is used on', async () => {
    const slow = db.database.using({ use: 'heavyRead' }, () =>
      db.database.manager.query('SELECT pg_sleep(60)'),
    );
    await expect(slow).rejects.toMatchObject({ code: '57014' });
    expect(await shown('heavyRead')).toEqual([expect.objectContaining({ timeout: 150 })]);
  });

  it('that uses keep apart which overlap, begin inside each other, and come after an end', async () => {
    const timeout = async (): Promise<string> => {
      const [row] = await db.database.manager.query('SHOW statement_timeout');
      return row.statement_timeout;
    };
    const within = (use: Use, work: () => Promise<unknown>) => db.database.using({ use }, work);
    const seen = await Promise.all([
      within('short', async () => [await timeout(), await within('heavyWrite', timeout), await timeout()]),
      within('request', async () => [await timeout(), await timeout()]),
      timeout(),
    ]);
    expect(seen).toEqual([['5s', '5min', '5s'], ['30s', '30s'], '10min']);
    expect(await within('request', timeout)).toBe('30s');
    expect(await timeout()).toBe('10min');
  });

  it('that the queue in PostgreSQL has as well, except while it makes its tables', async () => {
    const pool = new MigratedPool(db.url, new ConnectionLog(createLogger('silent'), systemClock));
    const both = await Promise.all([1, 2].map(() => pool.query('SELECT pg_sleep(0.01)')));
    expect(both).toHaveLength(2);
    for (const _ of [1, 2]) {
      const { rows } = await pool.query<{ statement_timeout: string }>('SHOW statement_timeout');
      expect(rows).toEqual([{ statement_timeout: '1min' }]);
    }
    await pool.end();
  });

  it('that every page of a download has, wherever its receiver asks for the next', async () => {
    async function* pages(): AsyncGenerator {
      for (const _ of [1, 2, 3]) yield db.database.manager.query('SHOW statement_timeout');
    }
    let handOver = (_items: AsyncIterable<unknown>): void => undefined;
    const handedOver = new Promise<AsyncIterable<unknown>>((resolve) => {
      handOver = resolve;
    });
    const elsewhere = handedOver.then((items) => Readable.from(items).toArray());
    const seen = await db.database.using({ use: 'heavyWrite' }, () => {
      handOver(inCurrentUse(pages()));
      return elsewhere;
    });
    expect(seen).toEqual([1, 2, 3].map(() => [{ statement_timeout: '5min' }]));
  });

  it('which work that is left behind by a request does not keep', async () => {
    let later: Promise<unknown> = Promise.resolve();
    const gone = new AbortController();
    let release = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      release = resolve;
    });
    await db.database.using({ use: 'heavyRead', signal: gone.signal }, async () => {
      later = ended.then(() => db.database.manager.query('SHOW statement_timeout'));
    });
    gone.abort();
    release();
    expect(await later).toEqual([{ statement_timeout: '10min' }]);
  });
});

describe('the connections of a process', () => {
  it.each([
    { api: true, worker: true },
    { api: true, worker: false },
    { api: false, worker: true },
  ])('are divided, and never more than there are (%o)', (roles) => {
    for (let total = 5; total <= 200; total += 1) {
      const { migration, ...parts } = divideConnections(total, roles);
      expect(migration).toBe(1);
      expect(Math.min(...Object.values(parts))).toBeGreaterThanOrEqual(1);
      expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(total);
    }
  });
});

describe('a statement whose caller has gone', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.close());

  const running = (comment: string): Promise<unknown[]> =>
    db.database.manager.query(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
         AND pid <> pg_backend_pid() AND query LIKE $1`,
      [`%${comment}`],
    );
  const sleeping = (comment: string, count = 1) =>
    waitFor(async () => (await running(comment)).length === count, { what: `${count} of ${comment}` });

  it('is cancelled, also in a transaction, and its connection is not used again', async () => {
    const gone = new AbortController();
    const work = db.database.using({ use: 'heavyRead', signal: gone.signal }, () =>
      db.database.transaction((tx) => tx.query('SELECT pg_sleep(600) -- in a transaction')),
    );
    await sleeping('in a transaction');
    const [before] = (await running('in a transaction')) as { pid: number }[];
    gone.abort();
    await expect(work).rejects.toMatchObject({ code: '57014' });
    await sleeping('in a transaction', 0);
    const left = () =>
      db.database.manager.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [before?.pid]);
    await waitFor(async () => (await left()).length === 0, { what: 'the end of the connection' });
  });

  it('leaves the rest of the connections for requests to other tenants, however many a tenant wants', async () => {
    const ask = (tenantId: string, statement: string) =>
      db.database.using({ use: 'request', tenantId }, () => db.database.manager.query(statement));
    const greedy = await db.createTenant();
    const asked = Array.from({ length: 14 }, () => ask(greedy, 'SELECT pg_sleep(600) -- greedy'));
    const ended = Promise.allSettled(asked);
    await sleeping('greedy', 7);
    expect(await ask(await db.createTenant(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await running('greedy')).toHaveLength(7);
    const cancelled = async (): Promise<boolean> => {
      await db.database.manager.query(
        `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
           AND state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%greedy'`,
      );
      return (await running('greedy')).length === 0;
    };
    await waitFor(cancelled, { what: 'the end of all that was asked' });
    await ended;
    expect(await ask(greedy, 'SELECT 2 AS two')).toEqual([{ two: 2 }]);
  });

  it('is cancelled when it begins after the one that was under way', async () => {
    const gone = new AbortController();
    const work = db.database.using({ use: 'heavyRead', signal: gone.signal }, () =>
      db.database.transaction(async (tx) => {
        await tx.query('SELECT 1');
        gone.abort();
        await tx.query('SELECT pg_sleep(600) -- begun later');
      }),
    );
    await expect(work).rejects.toMatchObject({ code: '57014' });
    expect(await running('begun later')).toEqual([]);
  });

  it('is not begun, neither at once nor when a connection becomes free', async () => {
    const gone = new AbortController();
    const ask = () =>
      db.database.using({ use: 'heavyRead', signal: gone.signal }, () =>
        db.database.manager.query('SELECT pg_sleep(600) -- all at once'),
      );
    const connections = 10;
    const asked = Array.from({ length: connections + 3 }, ask);
    await sleeping('all at once', connections);
    gone.abort();
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.map(({ status }) => status)).toEqual(asked.map(() => 'rejected'));
    await expect(ask()).rejects.toMatchObject({ name: 'CallerGone' });
    await sleeping('all at once', 0);
  });
});

const CONTAINS = { field: 'name', op: 'contains', value: 'an' };
const bodies: Record<string, object> = {
  '/api/segments/preview': { filter: CONTAINS },
  '/api/templates/preview': { content: 'Hello', listId: newId() },
};

/** With ids that are well formed, and what the query needs. */
function pathOf(route: Route): string {
  const path = route.path.replaceAll(/:\w+/g, () => newId());
  return route.path === '/api/campaigns/compare' ? `${path}?ids=${newId()},${newId()}` : path;
}

describe('in the whole API', () => {
  let surface: Surface;
  beforeAll(async () => {
    const settings = { EXPENSIVE_REQUESTS_PER_TENANT: '4', ALLOW_PRIVATE_MEDIA_URLS: 'true' };
    surface = await startSurface({ ROLES: 'api', ...settings });
  });
  afterAll(() => surface.close());

  const ask = (token: string, route: Route, signal?: AbortSignal): Promise<Response> =>
    fetch(surface.url + pathOf(route), {
      method: route.method.toUpperCase(),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(bodies[route.path] ? { body: JSON.stringify(bodies[route.path]) } : {}),
      ...(signal ? { signal } : {}),
    });

  it('every expensive read ends in the database when its caller leaves', async () => {
    const reads = declaredRoutes.filter(({ work }) => work === 'heavyRead' || work === 'download');
    expect(reads.length).toBeGreaterThan(15);
    const { token } = await surface.as('owner');
    const locked = await lockTables(surface.db.url);
    try {
      for (const route of reads) {
        const leaving = new AbortController();
        const answer = ask(token, route, leaving.signal).then(
          ({ status }) => status,
          () => 'left',
        );
        await locked.untilWaiting(1).catch((error: unknown) => {
          throw new Error(`${route.method} ${route.path} asked nothing of the database`, { cause: error });
        });
        leaving.abort();
        expect(await answer).toBe('left');
        await locked.untilWaiting(0);
      }
    } finally {
      await locked.unlock();
    }
    expect(surface.log()).not.toContain('a request failed');
  });

  it('every fetch of a file ends when the caller leaves whose request it is for, and nothing of it stays', async () => {
    const sending = new Set<ServerResponse>();
    const site = await listen((request, response) => {
      if (request.url === '/quick.png') return void response.end(png);
      sending.add(response.once('close', () => sending.delete(response)));
      response.write(png.subarray(0, 20));
    });
    const { call, token } = await surface.as('owner');
    await call('POST', '/api/senders', { body: { name: 'Only one', transport: 'simulator' } });
    const image = (name: string) => ({ type: 'image', mediaUrl: `${site.url}/${name}.png` });
    const images = Array.from({ length: 8 }, (_, n) => image(`slow-${n}`));
    const to = (n: number) => `+55119731000${10 + n}`;
    const contacts = [{ phoneNumber: to(0) }];
    const campaign = (messages: object[]) => ({ name: 'With files', messages, contacts });
    const draft = dataOf(await call('POST', '/api/campaigns', { body: campaign([image('quick')]) }));
    const requests: [string, string, object][] = [
      ['POST', '/api/message/send', { ...image('slow'), to: to(0) }],
      ['POST', '/api/message/send-bulk', { messages: images.map((part, n) => ({ ...part, to: to(n) })) }],
      ['POST', '/api/campaigns', campaign(images.slice(0, 3))],
      ['PATCH', `/api/campaigns/${draft['id']}`, { messages: images.slice(0, 3) }],
    ];
    const uploads = () => readdir(join(surface.dataDir, 'uploads'));
    for (const [method, path, body] of requests) {
      const leaving = new AbortController();
      const answer = fetch(surface.url + path, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: leaving.signal,
      }).catch(() => 'left');
      const files = JSON.stringify(body).split('mediaUrl').length - 1;
      await waitFor(async () => sending.size === files && (await uploads()).length === files);
      leaving.abort();
      expect(await answer).toBe('left');
      await waitFor(async () => sending.size === 0 && (await uploads()).length === 0);
    }
    // Those of the bulk had all places of the tenant.
    const quick = await call('POST', '/api/message/send', { body: { ...image('quick'), to: to(1) } });
    expect(quick.status).toBe(202);
    expect((await call('GET', '/api/media')).body?.data).toHaveLength(1);
    expect((await call('GET', '/api/messages')).body?.data).toHaveLength(1);
    expect((await call('GET', '/api/campaigns')).body?.data).toHaveLength(1);
    expect(surface.log()).not.toContain('a request failed');
    await site.close();
  });

  it('log-in, health and short reads are answered while all that is expensive waits', async () => {
    const { token } = await surface.as('owner');
    const others = await Promise.all([surface.as('owner'), surface.as('viewer')]);
    const preview = declaredRoutes.find(({ path }) => path === '/api/segments/preview') as Route;
    const locked = await lockTables(surface.db.url);
    const leaving = new AbortController();
    const waiting = [token, ...others.map((other) => other.token)].flatMap((one) =>
      Array.from({ length: 8 }, () => ask(one, preview, leaving.signal).catch(() => undefined)),
    );
    try {
      await locked.untilWaiting(4);
      const { call } = await surface.as('admin');
      expect((await call('GET', '/api/me')).status).toBe(200);
      expect((await call('GET', '/api/api-keys')).status).toBe(200);
      expect((await surface.anonymous('GET', '/health/ready')).status).toBe(200);
      expect(await locked.waiting()).toHaveLength(4);
    } finally {
      leaving.abort();
      await Promise.all(waiting);
      await locked.untilWaiting(0);
      await locked.unlock();
    }
  });
});

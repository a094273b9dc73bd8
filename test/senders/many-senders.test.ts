import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDataSource, Database, type Tx } from '../../src/db/index.js';
import { newId } from '../../src/lib/ids.js';
import { eligibleQuery, type Among } from '../../src/modules/senders/eligible.repository.js';
import type { ReservationOutcome, SenderManager, SenderPool } from '../../src/modules/senders/index.js';
import type { PoolSearch } from '../../src/modules/senders/pool-conditions.js';
import { UpcomingSlots } from '../../src/modules/senders/upcoming-slots.js';
import { entities, migrations } from '../../src/schema.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { managerOn, noPace, request, serviceOn, TestClock } from './fixture.js';

let test: TestDatabase;
let database: Database;
let clock: TestClock;
let manager: SenderManager;
let tenantId: string;

beforeAll(async () => {
  test = await createTestDatabase();
  database = test.database;
});
afterAll(() => test.close());
beforeEach(async () => {
  clock = new TestClock();
  manager = managerOn(database, clock);
  tenantId = await test.createTenant();
});

/** Never used, and free since one second after the other; every thousandth has the tag `rare`. Returns them in that order. */
async function freeSenders(count: number): Promise<string[]> {
  await database.manager.query(
    `INSERT INTO senders (id, tenant_id, name, transport, status, tags)
      SELECT gen_random_uuid(), $1, 'Sender ' || n, 'simulator', 'connected',
        CASE WHEN n % 1000 = 0 THEN ARRAY['rare'] ELSE ARRAY['common'] END
      FROM generate_series(1, $2::int) AS n`,
    [tenantId, count],
  );
  await database.manager.query(
    `UPDATE sender_slots SET next_available_at = timestamptz '2026-02-01' + n * interval '1 second'
      FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM senders WHERE tenant_id = $1) s WHERE sender_id = id`,
    [tenantId],
  );
  await database.manager.query('ANALYZE senders, sender_slots, sender_tags');
  const rows = await database.manager.query<{ id: string }[]>(
    'SELECT sender_id AS id FROM sender_slots WHERE tenant_id = $1 ORDER BY next_available_at',
    [tenantId],
  );
  return rows.map(({ id }) => id);
}

async function reserve(count: number, pool?: SenderPool): Promise<string[]> {
  const wish = { minDelay: 60_000, maxDelay: 60_000, ...(pool && { pool }) };
  const outcomes: ReservationOutcome[] = await Promise.all(
    Array.from({ length: count }, () => manager.reserveNextHealthySender(request(tenantId, wish))),
  );
  return outcomes.map((outcome) => (outcome.kind === 'reserved' ? outcome.senderId : outcome.reason));
}

describe('of thousands of senders', () => {
  const pools: [string, (ids: string[]) => SenderPool | undefined][] = [
    ['all', () => undefined],
    ['a tag that most have', () => ({ senderIds: [], senderTags: ['common'] })],
    ['500 names', (ids) => ({ senderIds: ids.slice(0, 500), senderTags: [] })],
  ];

  it.each(pools)('those that are free longest go first, each once, from a pool of %s', async (_, poolOf) => {
    const ids = await freeSenders(2_000);
    const pool = poolOf(ids);
    const used: string[] = [];
    for (let batch = 0; batch < 5; batch += 1) used.push(...(await reserve(60, pool)));
    expect(new Set(used).size).toBe(300);
    // One and a half times as many as a batch wants are looked at.
    const first = new Set(ids.slice(0, 335));
    expect(used.filter((id) => !first.has(id))).toEqual([]);
  });

  it('all are used before one is used again, and then none is left', async () => {
    const ids = await freeSenders(1_500);
    const used: string[] = [];
    for (let batch = 0; batch < 30; batch += 1) used.push(...(await reserve(50)));
    expect(new Set(used)).toEqual(new Set(ids));
    expect(await reserve(1)).toEqual(['pace']);
  });

  it('one that may send no more, or is no member any more, is not used although it was read ahead', async () => {
    const service = serviceOn(database, clock);
    const ids = await freeSenders(300);
    const pool = { senderIds: [], senderTags: ['common'] };
    const used = new Set([...(await reserve(10, pool)), ...(await reserve(10, pool))]);
    const [paused = '', retagged = '', limited = ''] = ids.filter((id) => !used.has(id));
    await service.pause(tenantId, paused);
    await service.update(tenantId, retagged, { tags: ['other'] });
    await manager.recordResults([
      { senderId: limited, result: 'failure', notBefore: new Date('2027-01-01T00:00:00Z') },
    ]);
    const rest = await reserve(280, pool);
    expect(rest.filter((outcome) => outcome === 'pace')).toHaveLength(3);
    for (const id of [paused, retagged, limited]) expect(rest).not.toContain(id);
  });

  it('one that may send again is used at once when no other is free', async () => {
    const service = serviceOn(database, clock);
    const [first = ''] = await freeSenders(150);
    await service.pause(tenantId, first);
    for (let batch = 0; batch < 3; batch += 1) await reserve(50);
    await service.resume(tenantId, first);
    expect(await reserve(1)).toEqual([first]);
  });
});

describe('when those that wait come back', () => {
  it('is told for a second from the slots that were read, moved by the time since, unless one is free', async () => {
    await freeSenders(150);
    await reserve(150);
    const search: PoolSearch = {
      tenantId,
      pool: { senderIds: [], senderTags: [] },
      newConversation: true,
      messages: 1,
      messageTypes: ['text'],
      carriers: ['simulator'],
      transports: ['simulator'],
    };
    const upcoming = new UpcomingSlots();
    let reads = 0;
    const tx: Tx = Object.assign(Object.create(database.manager) as Tx, {
      query: (...given: Parameters<Tx['query']>) => {
        reads += 1;
        return database.manager.query(...given);
      },
    });
    const begun = clock.now().getTime();
    const first = async (ms: number, more: { urgent?: boolean; anew?: boolean } = {}): Promise<number> => {
      const { anew = false, urgent } = more;
      const now = new Date(begun + ms);
      const slots = await upcoming.of(tx, { key: 'all', search: { ...search, urgent }, now, anew });
      return (slots[0]?.nextAvailableAt.getTime() ?? 0) - begun;
    };
    const next = await first(0);
    expect(next).toBeGreaterThan(0);
    expect(await first(999)).toBe(next + 999);
    expect(reads).toBe(1);
    expect([await first(999, { anew: true }), await first(999, { urgent: true })]).toEqual([next, next]);
    expect(reads).toBe(3);
    await database.manager.query(
      `UPDATE sender_slots SET next_available_at = $2 WHERE sender_id =
         (SELECT sender_id FROM sender_slots WHERE tenant_id = $1 LIMIT 1)`,
      [tenantId, new Date(begun)],
    );
    expect([await first(2_000), await first(2_001)]).toEqual([0, 0]);
    expect(reads).toBe(5);
  });
});

describe('what a reservation costs', () => {
  it('a batch reads the senders it looks at, and to find them no others than the pool', async () => {
    const ids = await freeSenders(10_000);
    const search: PoolSearch = {
      tenantId,
      pool: { senderIds: [], senderTags: [] },
      newConversation: true,
      messages: 1,
      messageTypes: ['text'],
      carriers: ['simulator'],
      transports: ['simulator'],
      workerId: newId(),
    };
    const plans = await Promise.all([
      explain(search, { readAhead: ids.slice(0, 50) }),
      explain({ ...search, pool: { senderIds: [], senderTags: ['rare'] } }, 'pool'),
      explain({ ...search, pool: { senderIds: ids.slice(0, 10), senderTags: [] } }, 'pool'),
    ]);
    for (const plan of plans) expect(plan.text).not.toContain('Seq Scan');
    for (const plan of plans) expect(plan.rows).toBeLessThanOrEqual(50);
  });

  async function explain(search: PoolSearch, among: Among): Promise<{ text: string; rows: number }> {
    const { text, values } = eligibleQuery(search, clock.now(), { among, limit: 10 });
    const lines: { 'QUERY PLAN': string }[] = await database.manager.query(`EXPLAIN ANALYZE ${text}`, values);
    const plan = lines.map((line) => line['QUERY PLAN']).join('\n');
    const counts = /rows=(\d+)(?:\.\d+)? loops|Rows Removed by \w+: (\d+)/gu;
    const rows = [...plan.matchAll(counts)].map((match) => Number(match[1] ?? match[2]));
    return { text: plan, rows: Math.max(...rows) };
  }

  it('its write stays within its page and touches no index', async () => {
    await freeSenders(300);
    // One connection, because each reports what it did by itself.
    const source = createDataSource({ url: test.url, entities, migrations, connections: 1 });
    await source.initialize();
    const updates = async (): Promise<{ all: number; hot: number }> => {
      await source.query('SELECT pg_stat_force_next_flush()');
      const [row] = await source.query<{ all: number; hot: number }[]>(
        `SELECT n_tup_upd::int AS all, n_tup_hot_upd::int AS hot FROM pg_stat_user_tables WHERE relname = 'sender_slots'`,
      );
      return row ?? { all: 0, hot: 0 };
    };
    const one = managerOn(new Database(source), clock);
    const shareInPage = async (): Promise<number> => {
      const before = await updates();
      for (let round = 0; round < 20; round += 1) {
        const wishes = Array.from({ length: 300 }, () =>
          one.reserveNextHealthySender(request(tenantId, noPace)),
        );
        await Promise.all(wishes);
      }
      const after = await updates();
      expect(after.all - before.all).toBeGreaterThan(1_000);
      return (after.hot - before.hot) / (after.all - before.all);
    };
    // A long transaction of another suite, in another database even, may keep old versions where new ones would find room.
    let share = 0;
    for (let turn = 0; turn < 20 && share <= 0.95; turn += 1) {
      share = await shareInPage();
      // Each turn uses up the minute's quota of every sender.
      clock.forward(60_000);
    }
    await source.destroy();
    expect(share).toBeGreaterThan(0.95);
  });
});

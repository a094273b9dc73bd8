import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDataSource, Database } from '../../src/db/index.js';
import { addMs } from '../../src/lib/clock.js';
import { newId } from '../../src/lib/ids.js';
import type { ReservationOutcome, SenderManager, SenderService } from '../../src/modules/senders/index.js';
import { entities, migrations } from '../../src/schema.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import {
  changeRow,
  changeSlot,
  connectedSender,
  managerOn,
  noPace,
  request,
  serviceOn,
  TestClock,
} from './fixture.js';
import { at } from './slots.js';
import { insertSession } from '../support/rows.js';

let test: TestDatabase;
let database: Database;
let clock: TestClock;
let service: SenderService;
let manager: SenderManager;
let tenantId: string;

beforeAll(async () => {
  test = await createTestDatabase();
  database = test.database;
});
afterAll(() => test.close());
beforeEach(async () => {
  clock = new TestClock();
  service = serviceOn(database, clock);
  manager = managerOn(database, clock);
  tenantId = await test.createTenant();
});

const senderOf = (outcome: ReservationOutcome | undefined): string | undefined =>
  outcome?.kind === 'reserved' ? outcome.senderId : undefined;

async function senders(count: number, input: object = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push((await connectedSender(database, service, tenantId, { name: `Sender ${index}`, ...input })).id);
  }
  return ids;
}

describe('reserving', () => {
  it('rotates: the least recently used sender goes first, each one once per round', async () => {
    const ids = await senders(3);
    const used: (string | undefined)[] = [];
    for (let round = 0; round < 6; round += 1) {
      used.push(senderOf(await manager.reserveNextHealthySender(request(tenantId))));
      clock.forward(10_000);
    }
    expect(new Set(used.slice(0, 3))).toEqual(new Set(ids));
    expect(used.slice(3)).toEqual(used.slice(0, 3));
  });

  it('that yields leaves a free sender to others for half a second, also when it has not asked before', async () => {
    const [only] = await senders(1);
    const pace = { minDelay: 2_000, maxDelay: 2_000, occupyMs: 0 };
    const yielding = request(tenantId, { ...pace, yields: true });
    clock.forward(1_000);
    await manager.reserveNextHealthySender(request(tenantId, pace));
    clock.forward(2_100);
    const freeSince = addMs(clock.now(), -100);
    expect(await manager.reserveNextHealthySender(yielding)).toEqual({
      kind: 'later',
      at: addMs(freeSince, 500),
      reason: 'pace',
    });
    expect(senderOf(await manager.reserveNextHealthySender(request(tenantId, pace)))).toBe(only);
    clock.forward(2_500);
    expect(senderOf(await manager.reserveNextHealthySender(yielding))).toBe(only);
  });

  it('assigns concurrent requests of a process to different senders in one go', async () => {
    const ids = await senders(5);
    const outcomes = await Promise.all(ids.map(() => manager.reserveNextHealthySender(request(tenantId))));
    expect(new Set(outcomes.map(senderOf))).toEqual(new Set(ids));
  });

  it('never gives two workers the same slot, and never exceeds a quota', async () => {
    await senders(4, { quotaPerMinute: 10, quotaPerHour: 12 });
    const otherSource = createDataSource({ url: test.url, entities, migrations, connections: 5 });
    await otherSource.initialize();
    const workers = [manager, managerOn(new Database(otherSource), clock, undefined, 2)];
    const granted = new Map<string, number>();
    for (let round = 0; round < 12; round += 1) {
      const outcomes = await Promise.all(
        Array.from({ length: 60 }, (_, index) =>
          (workers[index % 2] as SenderManager).reserveNextHealthySender(
            request(tenantId, { ...noPace, newConversation: index % 4 < 2 }),
          ),
        ),
      );
      for (const id of outcomes.flatMap((outcome) => senderOf(outcome) ?? [])) {
        granted.set(id, (granted.get(id) ?? 0) + 1);
      }
      clock.forward(6_000);
    }
    await otherSource.destroy();
    // 12 rounds of 6 s: the hour's quota is used up to the last message, and no further.
    expect([...granted.values()]).toEqual([12, 12, 12, 12]);
  });

  it('gives a paced sender to one of two workers only', async () => {
    await senders(1);
    const other = managerOn(database, clock);
    const outcomes = await Promise.all([
      manager.reserveNextHealthySender(request(tenantId)),
      other.reserveNextHealthySender(request(tenantId)),
      manager.reserveNextHealthySender(request(tenantId, { newConversation: false })),
    ]);
    expect(outcomes.filter((outcome) => outcome.kind === 'reserved')).toHaveLength(1);
  });

  it('prefers the sender the contact knows, and falls back to the rotation', async () => {
    const [first, second] = (await senders(2)) as [string, string];
    const outcome = await manager.reserveNextHealthySender(request(tenantId, { preferredSenderId: second }));
    expect(senderOf(outcome)).toBe(second);
    const next = await manager.reserveNextHealthySender(request(tenantId, { preferredSenderId: second }));
    expect(senderOf(next)).toBe(first);
  });

  it('lets only the required sender go on, and says when it can', async () => {
    const [first] = (await senders(2)) as [string, string];
    await changeSlot(database, first, `next_available_at = '${at(7_000).toISOString()}'`);
    const outcome = await manager.reserveNextHealthySender(request(tenantId, { requiredSenderId: first }));
    expect(outcome).toEqual({ kind: 'later', at: at(7_000), reason: 'pace' });
    const gone = await manager.reserveNextHealthySender(request(tenantId, { requiredSenderId: newId() }));
    expect(gone).toEqual({ kind: 'none', reason: 'no_sender_in_pool' });
  });

  it('stays within the pool: ids and tags together', async () => {
    const [first, second, third] = (await senders(3)) as [string, string, string];
    await service.update(tenantId, second, { tags: ['vip'] });
    const pool = { senderIds: [third], senderTags: ['vip'] };
    const outcomes = await Promise.all(
      [1, 2, 3].map(() => manager.reserveNextHealthySender(request(tenantId, { pool }))),
    );
    expect(outcomes.flatMap((o) => senderOf(o) ?? []).toSorted()).toEqual([second, third].toSorted());
    expect(outcomes.map(senderOf)).not.toContain(first);
  });

  it('never takes the sender of another tenant', async () => {
    const [theirs] = (await senders(1)) as [string];
    const mine = await test.createTenant();
    const pool = { senderIds: [theirs], senderTags: [] };
    expect(await manager.reserveNextHealthySender(request(mine, { pool }))).toEqual({
      kind: 'none',
      reason: 'no_sender_in_pool',
    });
    expect(
      await manager.reserveNextHealthySender(request(mine, { pool, requiredSenderId: theirs })),
    ).toMatchObject({ kind: 'none' });
  });

  it('counts every message of a request in the quota and gives the rest back on release', async () => {
    const [id] = (await senders(1, { quotaPerMinute: 3 })) as [string];
    const outcome = await manager.reserveNextHealthySender(request(tenantId, { messages: 3 }));
    expect(outcome).toMatchObject({ kind: 'reserved', messages: 3 });
    if (outcome.kind !== 'reserved') return;
    expect((await service.stats(tenantId, id)).quota.minuteLeft).toBe(0);
    clock.forward(1_000);
    await manager.release({ senderId: id, reservedAt: outcome.reservedAt, messages: 2 });
    const stats = await service.stats(tenantId, id);
    expect(stats.quota.minuteLeft).toBe(2);
    expect(stats.sent.day).toBe(1);
    clock.forward(6_000);
    expect(senderOf(await manager.reserveNextHealthySender(request(tenantId)))).toBe(id);
  });
});

describe('when no sender can be reserved', () => {
  it('the answer is the end of the pace, then of the used-up window', async () => {
    await senders(1, { quotaPerMinute: 2 });
    const first = await manager.reserveNextHealthySender(request(tenantId));
    expect(first.kind).toBe('reserved');
    const paced = await manager.reserveNextHealthySender(request(tenantId));
    expect(paced).toMatchObject({ kind: 'later', reason: 'pace' });
    clock.forward(10_000);
    await manager.reserveNextHealthySender(request(tenantId));
    const full = await manager.reserveNextHealthySender(request(tenantId));
    expect(full).toEqual({ kind: 'later', reason: 'quota_used_up', at: at(60_000) });
  });

  it('those who ask one after another are sent to one slot after another, the more urgent not behind them', async () => {
    await senders(1);
    await manager.reserveNextHealthySender(request(tenantId));
    const ask = async (more: object = {}): Promise<number> => {
      const outcome = await manager.reserveNextHealthySender(request(tenantId, more));
      return outcome.kind === 'later' ? outcome.at.getTime() : 0;
    };
    const times: number[] = [];
    for (let asked = 0; asked < 5; asked += 1) times.push(await ask());
    expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
    expect(await ask({ rank: 1 })).toBe(times[0]);
    expect(await ask({ urgent: true })).toBe(times[0]);
    expect(await ask()).toBeGreaterThan(times[4]!);
  });

  it('the answer names the condition that no sender meets', async () => {
    const answer = async (): Promise<ReservationOutcome> =>
      manager.reserveNextHealthySender(request(tenantId));
    expect(await answer()).toEqual({ kind: 'none', reason: 'no_sender_in_pool' });
    const [id] = (await senders(1)) as [string];
    await changeRow(database, id, "status = 'disconnected'");
    expect(await answer()).toEqual({ kind: 'none', reason: 'no_sender_connected' });
    await changeRow(database, id, "status = 'connected', paused_at = now()");
    expect(await answer()).toEqual({ kind: 'none', reason: 'all_paused' });
    await changeRow(database, id, 'paused_at = NULL, health_score = 49');
    expect(await answer()).toEqual({ kind: 'none', reason: 'all_unhealthy' });
    await changeRow(database, id, 'health_score = 50');
    await changeSlot(database, id, "restricted_until = '2026-03-01T13:00:00Z'");
    expect(await answer()).toEqual({ kind: 'later', reason: 'restricted', at: at(3_600_000) });
    const reply = await manager.reserveNextHealthySender(request(tenantId, { newConversation: false }));
    expect(reply.kind).toBe('reserved');
  });

  it('a transport that cannot carry the message is told apart', async () => {
    const [id] = (await senders(1)) as [string];
    await changeRow(database, id, "transport = 'waha'");
    expect(await manager.reserveNextHealthySender(request(tenantId))).toEqual({
      kind: 'none',
      reason: 'unsupported_type',
    });
  });

  it('a due sender that another transaction holds is waited for, not reported missing', async () => {
    const [id] = (await senders(1)) as [string];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let locked = (): void => undefined;
    const isLocked = new Promise<void>((resolve) => {
      locked = resolve;
    });
    const holding = database.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM sender_slots WHERE sender_id = $1 FOR UPDATE', [id]);
      locked();
      await held;
    });
    await isLocked;
    expect(await manager.reserveNextHealthySender(request(tenantId))).toMatchObject({
      kind: 'later',
      reason: 'pace',
    });
    release();
    await holding;
    expect((await manager.reserveNextHealthySender(request(tenantId))).kind).toBe('reserved');
  });
});

describe('of two workers', () => {
  const hosts = { mine: newId(), others: newId() };
  let mine: string;
  let others: string;
  let worker: SenderManager;

  beforeEach(async () => {
    [mine = '', others = ''] = await senders(2);
    await hostedBy(mine, hosts.mine);
    await hostedBy(others, hosts.others);
    worker = managerOn(database, clock, undefined, 1, hosts.mine);
  });

  async function hostedBy(senderId: string, workerId: string): Promise<void> {
    await insertSession(database.manager, tenantId, { senderId, workerId });
  }

  const soon = () => ({ kind: 'later', reason: 'pace', at: expect.any(Date) });
  const expectSoon = (outcome: ReservationOutcome) => {
    expect(outcome).toEqual(soon());
    if (outcome.kind === 'later') expect(outcome.at.getTime() - clock.now().getTime()).toBeLessThan(1_001);
  };

  it('each uses the senders it hosts, however long the others have been free', async () => {
    for (let round = 0; round < 4; round += 1) {
      expect(senderOf(await worker.reserveNextHealthySender(request(tenantId)))).toBe(mine);
      clock.forward(10_000);
    }
  });

  it('one leaves a request to the other whose sender is free, and uses up nothing', async () => {
    await worker.reserveNextHealthySender(request(tenantId));
    clock.forward(1_000);
    expectSoon(await worker.reserveNextHealthySender(request(tenantId)));
    const [row] = await database.manager.query<{ minute_used: number; last_used_at: Date | null }[]>(
      'SELECT minute_used, last_used_at FROM sender_slots WHERE sender_id = $1',
      [others],
    );
    expect(row).toEqual({ minute_used: 0, last_used_at: null });
  });

  it('one leaves requests for a named sender to its host, and the others it serves', async () => {
    const [named, bound, free] = await Promise.all(
      [{ preferredSenderId: others }, { requiredSenderId: others }, {}].map((wish) =>
        worker.reserveNextHealthySender(request(tenantId, wish)),
      ),
    );
    expectSoon(named!);
    expectSoon(bound!);
    expect(senderOf(free)).toBe(mine);
  });

  it('a sender that is not free is waited for, wherever it is hosted', async () => {
    const other = managerOn(database, clock, undefined, 2, hosts.others);
    const pace = { minDelay: 60_000, maxDelay: 60_000, occupyMs: 0 };
    for (const each of [worker, other]) await each.reserveNextHealthySender(request(tenantId, pace));
    const outcome = await worker.reserveNextHealthySender(request(tenantId, { requiredSenderId: others }));
    expect(outcome).toEqual({ kind: 'later', at: addMs(clock.now(), 60_000), reason: 'pace' });
  });

  it('both use a sender without a session to be hosted', async () => {
    const { id: everybodys } = await connectedSender(database, service, tenantId, {
      name: 'Nobody hosts me',
    });
    const wish = request(tenantId, { ...noPace, requiredSenderId: everybodys });
    const other = managerOn(database, clock, undefined, 2, hosts.others);
    for (const each of [worker, other]) {
      expect(senderOf(await each.reserveNextHealthySender(wish))).toBe(everybodys);
    }
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDataSource, Database } from '../../src/db/index.js';
import { newId } from '../../src/lib/ids.js';
import { decideAnswer, type AnsweringSender } from '../../src/modules/senders/core/answer.js';
import { MINUTE_MS } from '../../src/modules/senders/core/quota.js';
import type { AnswerRequest, SenderManager, SenderService } from '../../src/modules/senders/index.js';
import { entities, migrations } from '../../src/schema.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { insertSession } from '../support/rows.js';
import { changeSlot, connectedSender, managerOn, noPace, request, serviceOn, TestClock } from './fixture.js';
import { at, START } from './slots.js';

describe('whether a sender can answer', () => {
  const able: AnsweringSender = {
    status: 'connected',
    pausedAt: null,
    healthScore: 50,
    consecutiveFailures: 9,
    supported: true,
    reaches: true,
    isHere: true,
    answers: { lengthMs: MINUTE_MS, quota: 3, startedAt: null, used: 0 },
  };
  const begun = (used: number, startedAt = START) => ({ answers: { ...able.answers, startedAt, used } });

  it.each<[string, Partial<AnsweringSender>, number, object]>([
    ['is begun with its first answer', {}, 1, { kind: 'reserved', messages: 1, ...begun(1, at(1_000)) }],
    ['goes on in its minute', begun(2), 1, { kind: 'reserved', messages: 1, ...begun(3) }],
    ['waits for the end of its minute', begun(2), 2, { kind: 'later', at: at(MINUTE_MS) }],
    ['gives its whole quota to more than that', {}, 9, { kind: 'reserved', messages: 3 }],
    [
      'waits at the worker that has no session of it, too',
      { ...begun(3), isHere: false },
      1,
      { kind: 'later' },
    ],
    ['is for the worker with its session', { isHere: false }, 1, { kind: 'elsewhere' }],
    ['cannot carry the type', { supported: false }, 1, { kind: 'none', reason: 'unsupported_type' }],
    ['cannot write to the person', { reaches: false }, 1, { kind: 'none', reason: 'no_reachable_identity' }],
    ['is not connected', { status: 'disconnected' }, 1, { kind: 'none', reason: 'no_sender_connected' }],
    ['is paused', { pausedAt: START }, 1, { kind: 'none', reason: 'all_paused' }],
    ['is unhealthy', { healthScore: 49 }, 1, { kind: 'none', reason: 'all_unhealthy' }],
    ['failed ten times', { consecutiveFailures: 10 }, 1, { kind: 'none', reason: 'all_unhealthy' }],
  ])('one that %s', (_, changes, messages, decision) => {
    expect(decideAnswer({ ...able, ...changes }, messages, at(1_000))).toMatchObject(decision);
  });
});

describe('reserving a sender for an answer', () => {
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

  const sender = async (input: object = {}): Promise<string> =>
    (await connectedSender(database, service, tenantId, { name: newId(), ...input })).id;
  const answer = (senderId: string, changes: Partial<AnswerRequest> = {}): AnswerRequest => ({
    tenantId,
    senderId,
    messages: 1,
    messageTypes: ['text'],
    ...changes,
  });
  const rowOf = async (id: string): Promise<Record<string, unknown>> => {
    const [row] = await database.manager.query<Record<string, unknown>[]>(
      'SELECT * FROM senders JOIN sender_slots ON sender_id = id WHERE id = $1',
      [id],
    );
    return row ?? {};
  };

  it('asks for nothing that paces other messages, and changes nothing of it', async () => {
    const id = await sender({ quotaPerMinute: 1, quotaPerHour: 1, quotaPerDay: 1, warmUp: { quotas: [1] } });
    await manager.reserveNextHealthySender(request(tenantId));
    await changeSlot(database, id, `held_until = now() + interval '1 day', restricted_until = '2099-01-01'`);
    const before = await rowOf(id);
    const outcomes = await Promise.all([
      manager.reserveAnswer(answer(id)),
      manager.reserveAnswer(answer(id)),
    ]);
    const reserved = { kind: 'reserved', senderId: id, reservedAt: START, messages: 1, answer: true };
    expect(outcomes).toEqual([reserved, reserved]);
    expect(await rowOf(id)).toEqual({ ...before, answers_started_at: START, answers_used: 2 });
    expect((await service.stats(tenantId, id)).quota).toMatchObject({ dayLeft: 0, answersLeft: 58 });
  });

  it('never exceeds the minute of answers, however many workers ask, and other messages do not use it up', async () => {
    const ids = [await sender({ answersPerMinute: 5 }), await sender({ answersPerMinute: 7 })];
    await manager.reserveNextHealthySender(request(tenantId, noPace));
    const otherSource = createDataSource({ url: test.url, entities, migrations, connections: 3 });
    await otherSource.initialize();
    const workers = [manager, managerOn(new Database(otherSource), clock, undefined, 2)];
    const granted: string[][] = [];
    for (const wait of [0, MINUTE_MS - 1, 1]) {
      clock.forward(wait);
      const outcomes = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          workers[index % 2]!.reserveAnswer(answer(ids[index % 4 < 2 ? 0 : 1]!)),
        ),
      );
      granted.push(outcomes.flatMap((outcome) => (outcome.kind === 'reserved' ? outcome.senderId : [])));
      const late = outcomes.filter(({ kind }) => kind !== 'reserved');
      const end = at(wait === 1 ? 2 * MINUTE_MS : MINUTE_MS);
      expect(late).toEqual(late.map(() => ({ kind: 'later', at: end, reason: 'quota_used_up' })));
    }
    await otherSource.destroy();
    const counts = granted.map((round) => ids.map((id) => round.filter((given) => given === id).length));
    expect(counts).toEqual([
      [5, 7],
      [0, 0],
      [5, 7],
    ]);
  });

  it('gives back what was not handed over to the minute it was taken from, and to no other', async () => {
    const id = await sender({ answersPerMinute: 2 });
    const first = await manager.reserveAnswer(answer(id, { messages: 2 }));
    if (first.kind !== 'reserved') throw new Error('The first answer was not reserved.');
    const { minute_used } = await rowOf(id);
    await manager.release({ ...first, messages: 1 });
    expect(await rowOf(id)).toMatchObject({ answers_used: 1, minute_used });
    clock.forward(MINUTE_MS);
    await manager.reserveAnswer(answer(id));
    await manager.release({ ...first, messages: 1 });
    expect(await rowOf(id)).toMatchObject({ answers_used: 1 });
  });

  it('says what other requests say: paused, gone, of another tenant, at another worker', async () => {
    const [paused, hosted] = [await sender(), await sender()];
    await service.pause(tenantId, paused);
    await insertSession(database.manager, tenantId, { senderId: hosted, workerId: newId() });
    const outcomes = await Promise.all([
      manager.reserveAnswer(answer(paused)),
      manager.reserveAnswer(answer(newId())),
      manager.reserveAnswer(answer(hosted, { tenantId: await test.createTenant() })),
      managerOn(database, clock, undefined, 1, newId()).reserveAnswer(answer(hosted)),
    ]);
    expect(outcomes).toEqual([
      { kind: 'none', reason: 'all_paused' },
      { kind: 'none', reason: 'no_sender_in_pool' },
      { kind: 'none', reason: 'no_sender_in_pool' },
      { kind: 'later', at: expect.any(Date), reason: 'pace' },
    ]);
    expect(await rowOf(hosted)).toMatchObject({ answers_used: 0 });
  });

  it('has a quota that is set per sender, and counts at once', async () => {
    const id = await sender({ answersPerMinute: 1 });
    await manager.reserveAnswer(answer(id));
    expect(await manager.reserveAnswer(answer(id))).toMatchObject({ kind: 'later', reason: 'quota_used_up' });
    expect(await service.update(tenantId, id, { answersPerMinute: 2 })).toMatchObject({
      answersPerMinute: 2,
    });
    expect(await manager.reserveAnswer(answer(id))).toMatchObject({ kind: 'reserved' });
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addMs } from '../../src/lib/clock.js';
import { newId } from '../../src/lib/ids.js';
import { changeConnection, type SenderManager } from '../../src/modules/senders/index.js';
import { senderEventKinds } from '../../src/modules/events/core/catalog.js';
import { changeRow, managerOn, noPace, request, TestClock } from '../senders/fixture.js';
import { Installation } from '../sessions/fixture.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { refuseRows } from '../support/faults.js';
import type { SessionHost } from '../../src/worker/session-host/session-host.js';
import { expectFitting } from './fitting.js';
import { allWritten, writtenAbout } from './written.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const PHONE = '+5511987654321';

let db: TestDatabase;
let installation: Installation;
let host: SessionHost;
let tenantId: string;
const clock = new TestClock(new Date());
let manager: SenderManager;

beforeAll(async () => {
  db = await createTestDatabase();
  installation = new Installation(db.database);
  tenantId = await db.createTenant();
  host = await installation.host();
  manager = managerOn(db.database, clock);
});
afterAll(async () => {
  await installation.close();
  await db.close();
});

const about = (id: string) => writtenAbout(db.database, id);

async function connected(): Promise<string> {
  const name = `For ${PHONE} ${newId()}`;
  const { id } = await installation.sender(tenantId, { name });
  await installation.sessions.connect(tenantId, id);
  await installation.connected(tenantId, id, host);
  return id;
}

const fail = (senderId: string, count: number) =>
  manager.recordResults(
    Array.from({ length: count }, () => ({ senderId, result: 'failure', code: 'timeout' }) as const),
  );

describe('a sender tells that it was', () => {
  it('connected, disconnected, connected again, and logged out', async () => {
    const id = await connected();
    await installation.sessions.disconnect(tenantId, id);
    await installation.inStatus(tenantId, id, 'disconnected');
    await installation.sessions.connect(tenantId, id);
    await installation.connected(tenantId, id, host);
    await installation.sessions.logout(tenantId, id);
    await installation.inStatus(tenantId, id, 'logged_out');
    expect(await about(id)).toEqual([
      ['sender.connected', { before: expect.stringMatching(/^(qr|connecting)$/) }],
      ['sender.disconnected', { before: 'connected', reason: null }],
      ['sender.connected', { before: 'connecting' }],
      ['sender.logged_out', { before: 'connected', reason: null }],
    ]);
  });

  it('disconnected for a reason, once; attempts that fail tell nothing; and banned', async () => {
    const id = await connected();
    const change = (status: 'disconnected' | 'connecting', reason: string | null) =>
      db.database.transaction((tx) => changeConnection(tx, [id], { status, reason }));
    const reason = 'It showed no sign of life.';
    for (let times = 0; times < 3; times += 1) {
      await change('disconnected', reason);
      await change('connecting', null);
    }
    installation.network.drop(id, 'banned');
    await installation.inStatus(tenantId, id, 'banned');
    expect((await about(id)).slice(1)).toEqual([
      ['sender.disconnected', { before: 'connected', reason }],
      ['sender.banned', { before: 'connecting', reason: 'WhatsApp has banned this account.' }],
    ]);
  });

  it('paused and resumed by an operator, once each', async () => {
    const id = await connected();
    for (const action of ['pause', 'pause', 'resume', 'resume'] as const)
      await installation.senders[action](tenantId, id);
    await installation.senders.update(tenantId, id, { quotaPerDay: 9_000 });
    expect((await about(id)).slice(1)).toEqual([
      ['sender.paused', { reason: 'operator', code: null }],
      ['sender.resumed', { reason: 'operator' }],
    ]);
  });

  it('unhealthy, paused by failures, and healthy again: each crossing, not each point', async () => {
    const id = await connected();
    await changeRow(db.database, id, 'health_score = 60');
    await fail(id, 2);
    expect(await about(id)).toHaveLength(1);
    await fail(id, 1);
    await fail(id, 7);
    await installation.senders.resume(tenantId, id);
    await installation.senders.resetHealth(tenantId, id);
    await changeRow(db.database, id, `health_score = 49, health_since = now() - interval '15 minutes'`);
    await manager.recoverIdle();
    const threshold = 50;
    expect((await about(id)).slice(1)).toEqual([
      ['sender.health', { healthScore: 45, before: 50, threshold }],
      ['sender.paused', { reason: 'consecutive_failures', code: 'timeout' }],
      ['sender.resumed', { reason: 'consecutive_failures' }],
      ['sender.health', { healthScore: 100, before: 10, threshold }],
      ['sender.health', { healthScore: 50, before: 49, threshold }],
    ]);
  });

  it('restricted, once until that is over', async () => {
    const id = await connected();
    const restrict = (hours: number) =>
      manager.recordResults([
        {
          senderId: id,
          result: 'failure',
          code: 'restricted',
          restrictedUntil: addMs(clock.now(), hours * HOUR),
        },
        { senderId: id, result: 'success', notBefore: addMs(clock.now(), MINUTE) },
      ]);
    const told = async () => (await about(id)).filter(([kind]) => kind === 'sender.restricted');
    const until = addMs(clock.now(), 2 * HOUR).toISOString();
    for (const hours of [2, 1, 3]) await restrict(hours);
    expect(await told()).toEqual([['sender.restricted', { until }]]);
    clock.forward(3 * HOUR);
    await restrict(1);
    expect(await told()).toHaveLength(2);
  });

  it('near the end of its day, once in each day of its quota and of its warm-up', async () => {
    const id = await connected();
    clock.forward(MINUTE);
    const quotas = { quotaPerMinute: 10, quotaPerHour: 10, quotaPerDay: 10 };
    await installation.senders.update(tenantId, id, quotas);
    const pool = { senderIds: [id], senderTags: [] };
    const reserve = async (times: number) => {
      const made = [];
      for (let time = 0; time < times; time += 1)
        made.push(await manager.reserveNextHealthySender(request(tenantId, { ...noPace, pool })));
      return made;
    };
    const low = async () =>
      (await about(id)).filter(([kind]) => kind === 'sender.quota_low').map(([, told]) => told);
    await reserve(8);
    expect(await low()).toEqual([]);
    const [ninth] = await reserve(1);
    if (ninth?.kind !== 'reserved') throw new Error('It had room for nine.');
    const startedAt = clock.now().toISOString();
    const endsAt = addMs(clock.now(), DAY).toISOString();
    const first = { window: 'day', quota: 10, used: 9, startedAt, endsAt };
    expect(await low()).toEqual([first]);
    await manager.release(ninth);
    clock.forward(MINUTE);
    await reserve(2);
    expect(await low()).toEqual([first]);
    clock.forward(DAY);
    await installation.senders.update(tenantId, id, { warmUp: { quotas: [3, 10] } });
    await reserve(3);
    expect((await low()).slice(1)).toMatchObject([{ window: 'warm_up', quota: 3, used: 3 }]);
  });
});

describe('events of senders', () => {
  it('and their changes are made both or not at all', async () => {
    const id = await connected();
    const mend = await refuseRows(db.database.manager, 'events_rest', 'INSERT', `NEW.object_id = '${id}'`);
    await expect(installation.senders.pause(tenantId, id)).rejects.toThrow();
    await mend();
    expect((await installation.senders.get(tenantId, id)).pausedAt).toBeNull();
  });

  it('are asked for by their own tenant, and cost no counter once the sender is deleted', async () => {
    const id = await connected();
    const log = (tenant: string) => installation.senders.events(tenant, id, { limit: 10 });
    expect((await log(tenantId)).items).toMatchObject([{ kind: 'sender.connected', sequence: 1 }]);
    await expect(log(await db.createTenant())).rejects.toMatchObject({ code: 'sender_not_found' });
    await installation.senders.remove(tenantId, id);
    await expect(log(tenantId)).rejects.toMatchObject({ code: 'sender_not_found' });
    const left = await db.database.manager.query('SELECT 1 FROM event_sequences WHERE object_id = $1', [id]);
    expect(left).toEqual([]);
  });

  it('of every kind were written here, fit their schemas, and hold no numbers', async () => {
    expectFitting(await allWritten(db.database), senderEventKinds, [PHONE]);
  });
});

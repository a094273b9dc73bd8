import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Database } from '../../src/db/index.js';
import { createLogger } from '../../src/lib/logger.js';
import type { SenderManager, SenderService } from '../../src/modules/senders/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { changeRow, connectedSender, managerOn, request, serviceOn, TestClock } from './fixture.js';
import { at, START } from './slots.js';

let test: TestDatabase;
let database: Database;
let clock: TestClock;
let service: SenderService;
let manager: SenderManager;
let tenantId: string;
let id: string;
let logLines: string[];

beforeAll(async () => {
  test = await createTestDatabase();
  database = test.database;
});
afterAll(() => test.close());
beforeEach(async () => {
  clock = new TestClock();
  logLines = [];
  const logger = createLogger('info', {
    destination: { write: (line) => void logLines.push(line) },
  });
  service = serviceOn(database, clock);
  manager = managerOn(database, clock, logger);
  tenantId = await test.createTenant();
  ({ id } = await connectedSender(database, service, tenantId, { name: 'One' }));
});

const totals = async (senderId: string): Promise<number[]> => {
  const { sent, failed } = await service.stats(tenantId, senderId);
  return [sent.total, failed];
};

const failures = (count: number): { senderId: string; result: 'failure'; code: string }[] =>
  Array.from({ length: count }, () => ({ senderId: id, result: 'failure', code: 'disconnected' }));

describe('results', () => {
  it('of concurrent sends are folded in order and counted', async () => {
    await Promise.all([
      manager.recordResults([...failures(2), { senderId: id, result: 'success' }]),
      manager.recordResults([{ senderId: id, result: 'neutral', code: 'not_on_whatsapp' }]),
    ]);
    expect(await service.get(tenantId, id)).toMatchObject({
      healthScore: 91,
      consecutiveFailures: 0,
    });
    expect(await totals(id)).toEqual([1, 2]);
  });

  it('pause the sender at the tenth failure in a row, once, with an alert', async () => {
    expect(await manager.recordResults(failures(9))).toEqual({ pausedSenderIds: [] });
    expect(await manager.recordResults(failures(1))).toEqual({ pausedSenderIds: [id] });
    expect(await manager.recordResults(failures(1))).toEqual({ pausedSenderIds: [] });
    const sender = await service.get(tenantId, id);
    expect(sender).toMatchObject({ pauseReason: 'consecutive_failures', consecutiveFailures: 11 });
    expect(logLines.filter((line) => line.includes('sender.paused'))).toHaveLength(1);
    expect(await manager.reserveNextHealthySender(request(tenantId))).toEqual({
      kind: 'none',
      reason: 'all_paused',
    });
  });

  it('of many workers at once neither deadlock nor get lost', async () => {
    const second = await connectedSender(database, service, tenantId, { name: 'Two' });
    const workers = [manager, managerOn(database, clock), managerOn(database, clock)];
    await Promise.all(
      Array.from({ length: 60 }, (_, index) => {
        const order = index % 2 === 0 ? [id, second.id] : [second.id, id];
        const worker = workers[index % 3] ?? manager;
        return worker.recordResults(order.map((senderId) => ({ senderId, result: 'success' as const })));
      }),
    );
    expect(await totals(id)).toEqual([60, 0]);
    expect(await totals(second.id)).toEqual([60, 0]);
  });

  it('can bar new conversations and postpone the next message', async () => {
    await manager.recordResults([
      { senderId: id, result: 'failure', restrictedUntil: at(60_000), notBefore: at(9_000) },
    ]);
    expect(await manager.reserveNextHealthySender(request(tenantId))).toMatchObject({ reason: 'restricted' });
    const reply = request(tenantId, { newConversation: false });
    expect(await manager.reserveNextHealthySender(reply)).toEqual({
      kind: 'later',
      at: at(9_000),
      reason: 'pace',
    });
  });
});

describe('totals', () => {
  const success = (senderId: string) => ({ senderId, result: 'success' as const });
  const versionOf = async (senderId: string): Promise<unknown> => {
    const rows = await database.manager.query<object[]>('SELECT xmin, ctid FROM senders WHERE id = $1', [
      senderId,
    ]);
    return rows[0];
  };

  it('a success in full health writes nothing of the sender, and counts', async () => {
    const before = await versionOf(id);
    await manager.recordResults([success(id), success(id)]);
    expect(await versionOf(id)).toEqual(before);
    expect(await totals(id)).toEqual([2, 0]);
  });

  it('count each result once, before, while and after they are added up', async () => {
    const results = Array.from({ length: 40 }, () => [success(id), ...failures(1)]);
    const record = () => Promise.all(results.map((batch) => manager.recordResults(batch)));
    const folds = [manager, managerOn(database, clock)].map((worker) => worker.foldTotals());
    await Promise.all([record(), ...folds]);
    expect(await totals(id)).toEqual([40, 40]);
    await Promise.all([manager.foldTotals(), record()]);
    expect(await totals(id)).toEqual([80, 80]);
    await manager.foldTotals();
    expect(await totals(id)).toEqual([80, 80]);
    const left = await database.manager.query('SELECT FROM sender_results');
    expect(left).toEqual([]);
  });

  it('of a sender that was removed do not stop those of others', async () => {
    const gone = await connectedSender(database, service, tenantId, { name: 'Gone' });
    await manager.recordResults([success(gone.id), success(id)]);
    await service.remove(tenantId, gone.id);
    await manager.foldTotals();
    expect(await totals(id)).toEqual([1, 0]);
  });
});

describe('coming back', () => {
  it('an operator resumes a sender that was paused by failures, and it may send at once', async () => {
    await manager.recordResults(failures(10));
    const resumed = await service.resume(tenantId, id);
    expect(resumed).toMatchObject({ pausedAt: null, consecutiveFailures: 0, healthScore: 50 });
    expect((await manager.reserveNextHealthySender(request(tenantId))).kind).toBe('reserved');
  });

  it('resuming keeps the health: below 50 it is skipped until it recovers or is reset', async () => {
    await changeRow(database, id, 'health_score = 30');
    await service.pause(tenantId, id);
    await service.resume(tenantId, id);
    expect(await manager.reserveNextHealthySender(request(tenantId))).toMatchObject({
      reason: 'all_unhealthy',
    });
    await service.resetHealth(tenantId, id);
    expect((await manager.reserveNextHealthySender(request(tenantId))).kind).toBe('reserved');
  });

  it('an idle, connected sender regains one point per ten minutes; a disconnected one does not', async () => {
    await changeRow(database, id, `health_score = 48, health_since = '${START.toISOString()}'`);
    const other = await service.create(tenantId, { name: 'Two', transport: 'simulator' });
    await changeRow(database, other.id, 'health_score = 48');
    clock.forward(25 * 60_000);
    await manager.recoverIdle();
    await manager.recoverIdle();
    expect((await service.get(tenantId, id)).healthScore).toBe(50);
    expect((await service.get(tenantId, other.id)).healthScore).toBe(48);
    expect((await manager.reserveNextHealthySender(request(tenantId))).kind).toBe('reserved');
  });
});

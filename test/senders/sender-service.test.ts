import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Database } from '../../src/db/index.js';
import { presentSender, type SenderService } from '../../src/modules/senders/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import {
  changeRow,
  connectedSender,
  managerOn,
  RecordingQueue,
  request,
  serviceOn,
  TestClock,
} from './fixture.js';
import { at } from './slots.js';

let test: TestDatabase;
let database: Database;
let clock: TestClock;
let queue: RecordingQueue;
let service: SenderService;
let tenantId: string;

beforeAll(async () => {
  test = await createTestDatabase();
  database = test.database;
});
afterAll(() => test.close());
beforeEach(async () => {
  clock = new TestClock();
  queue = new RecordingQueue();
  service = serviceOn(database, clock, queue);
  tenantId = await test.createTenant();
});

const simulator = { transport: 'simulator' as const };

describe('a new sender', () => {
  it('has the engine defaults, a normalised number, and is not connected', async () => {
    const sender = await service.create(tenantId, {
      ...simulator,
      name: ' Sales ',
      phoneNumber: '(11) 98765-4321',
      tags: ['a', 'a ', ''],
    });
    expect(presentSender(sender)).toMatchObject({
      name: 'Sales',
      phoneNumber: '+5511987654321',
      status: 'created',
      healthScore: 100,
      quotaPerMinute: 20,
      quotaPerHour: 500,
      quotaPerDay: 5000,
      tags: ['a'],
      lastUsedAt: null,
    });
  });

  it('is refused with every wrong field named', async () => {
    const wrong = service.create(tenantId, {
      ...simulator,
      name: 'Wrong',
      phoneNumber: 'call me',
      quotaPerMinute: 50,
      quotaPerHour: 10,
      transportConfig: { autoPair: 'perhaps' },
    });
    const paths = await wrong.then(
      () => [],
      (error: { errors: { path: string }[] }) => error.errors.map(({ path }) => path),
    );
    expect(paths).toEqual(['phoneNumber', 'quotaPerHour', 'transportConfig.autoPair']);
    await expect(service.create(tenantId, { name: 'X', transport: 'waha' })).rejects.toMatchObject({
      kind: 'invalid',
      errors: [{ path: 'transport' }],
    });
  });

  it('gets the other quotas to match the one that was given', async () => {
    const sender = await service.create(tenantId, { ...simulator, name: 'Fast', quotaPerMinute: 6_000 });
    expect(sender).toMatchObject({ quotaPerMinute: 6_000, quotaPerHour: 6_000, quotaPerDay: 6_000 });
    const slow = await service.create(tenantId, { ...simulator, name: 'Slow', quotaPerDay: 5 });
    expect(slow).toMatchObject({ quotaPerMinute: 5, quotaPerHour: 5, quotaPerDay: 5 });
  });

  it('needs a name of its own within the tenant; another tenant may use it too', async () => {
    await service.create(tenantId, { ...simulator, name: 'Same' });
    await expect(service.create(tenantId, { ...simulator, name: 'Same' })).rejects.toMatchObject({
      kind: 'conflict',
      code: 'sender_name_taken',
    });
    const other = await test.createTenant();
    await expect(service.create(other, { ...simulator, name: 'Same' })).resolves.toBeDefined();
  });
});

describe('a tenant', () => {
  it('sees, changes and deletes its own senders only', async () => {
    const { id } = await service.create(tenantId, { ...simulator, name: 'Mine' });
    const other = await test.createTenant();
    const refused = { kind: 'not_found', code: 'sender_not_found' };
    await expect(service.get(other, id)).rejects.toMatchObject(refused);
    await expect(service.update(other, id, { name: 'Yours' })).rejects.toMatchObject(refused);
    await expect(service.pause(other, id)).rejects.toMatchObject(refused);
    await expect(service.resume(other, id)).rejects.toMatchObject(refused);
    await expect(service.stats(other, id)).rejects.toMatchObject(refused);
    await expect(service.remove(other, id)).rejects.toMatchObject(refused);
    expect((await service.list(other, {}, { limit: 10 })).items).toEqual([]);
    expect(await service.findPool(other, { senderIds: [id], senderTags: [] })).toEqual({
      total: 0,
      connected: 0,
      present: [],
      absent: [],
    });
  });

  it('pages through its senders and filters them', async () => {
    for (const name of ['A', 'B', 'C']) await service.create(tenantId, { ...simulator, name });
    await connectedSender(database, service, tenantId, { name: 'Paused one', tags: ['vip'] });
    const first = await service.list(tenantId, {}, { limit: 3 });
    expect(first.total).toBe(4);
    const cursor = first.nextCursor ?? '';
    const rest = await service.list(tenantId, {}, { limit: 3, cursor });
    expect([...first.items, ...rest.items].map((sender) => sender.name)).toEqual([
      'Paused one',
      'C',
      'B',
      'A',
    ]);
    expect(rest.nextCursor).toBeNull();
    const tagged = await service.list(tenantId, { tag: 'vip' }, { limit: 10 });
    await service.pause(tenantId, tagged.items[0]?.id ?? '');
    const paused = await service.list(tenantId, { status: 'paused', name: 'PAUSED' }, { limit: 10 });
    expect(paused.items.map(presentSender)).toMatchObject([{ name: 'Paused one', status: 'paused' }]);
    expect((await service.list(tenantId, { status: 'connected' }, { limit: 10 })).items).toEqual([]);
    await expect(service.list(tenantId, {}, { limit: 3, cursor: 'nonsense' })).rejects.toMatchObject({
      kind: 'invalid',
    });
  });
});

describe('quotas that change', () => {
  it('let a sender that had used up its minute go on at once, and stop one that is over the new quota', async () => {
    const { id } = await connectedSender(database, service, tenantId, { name: 'One', quotaPerMinute: 1 });
    const manager = managerOn(database, clock);
    await manager.reserveNextHealthySender(request(tenantId));
    clock.forward(10_000);
    expect(await service.stats(tenantId, id)).toMatchObject({
      waitReason: 'quota_used_up',
      nextAvailableAt: at(60_000),
      sent: { minute: 1, hour: 1, day: 1, total: 0 },
      quota: { minuteLeft: 0, hourLeft: 499, dayLeft: 4999 },
    });
    await service.update(tenantId, id, { quotaPerMinute: 5 });
    expect((await manager.reserveNextHealthySender(request(tenantId))).kind).toBe('reserved');
    clock.forward(10_000);
    await service.update(tenantId, id, { quotaPerMinute: 2 });
    expect(await manager.reserveNextHealthySender(request(tenantId))).toEqual({
      kind: 'later',
      at: at(60_000),
      reason: 'quota_used_up',
    });
  });

  it('are refused when they contradict those that stay', async () => {
    const { id } = await service.create(tenantId, { ...simulator, name: 'One' });
    await expect(service.update(tenantId, id, { quotaPerMinute: 501 })).rejects.toMatchObject({
      errors: [{ path: 'quotaPerHour' }],
    });
    expect((await service.get(tenantId, id)).quotaPerMinute).toBe(20);
  });
});

describe('the status people see', () => {
  it('is paused while paused, unless the account is gone', async () => {
    const { id } = await connectedSender(database, service, tenantId, { name: 'One' });
    expect(presentSender(await service.pause(tenantId, id))).toMatchObject({
      status: 'paused',
      pauseReason: 'operator',
    });
    await changeRow(database, id, "status = 'banned'");
    expect((await service.stats(tenantId, id)).status).toBe('banned');
  });
});

describe('deleting a sender', () => {
  it('tells the worker that hosts it', async () => {
    const { id } = await connectedSender(database, service, tenantId, { name: 'One' });
    await service.remove(tenantId, id);
    expect(queue.jobs).toEqual([{ name: 'session.sync', payload: { tenantId, senderId: id } }]);
    await expect(service.get(tenantId, id)).rejects.toMatchObject({ kind: 'not_found' });
  });
});

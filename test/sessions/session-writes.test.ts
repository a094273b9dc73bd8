import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TextEncryption } from '../../src/lib/encryption.js';
import { newId } from '../../src/lib/ids.js';
import type { SenderService } from '../../src/modules/senders/index.js';
import type { Sender } from '../../src/modules/senders/sender.entity.js';
import { SessionStore, type Lease } from '../../src/modules/sessions/index.js';
import { serviceOn, TestClock } from '../senders/fixture.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { insertSession } from '../support/rows.js';

let test: TestDatabase;
let store: SessionStore;
let service: SenderService;
let tenantId: string;
const workerId = newId();

beforeAll(async () => {
  test = await createTestDatabase();
  store = new SessionStore({ database: test.database, encryption: new TextEncryption('a secret') });
  service = serviceOn(test.database, new TestClock());
  tenantId = await test.createTenant();
});
afterAll(() => test.close());

async function hosted(name: string): Promise<{ sender: Sender; lease: Lease }> {
  const sender = await service.create(tenantId, { name, transport: 'simulator' });
  await insertSession(test.database.manager, tenantId, { senderId: sender.id, workerId, epoch: 4 });
  return { sender, lease: { senderId: sender.id, workerId, epoch: 4 } };
}

const sessionRow = async (senderId: string) => {
  const [row] = await test.database.manager.query<Record<string, unknown>[]>(
    'SELECT qr_payload, credentials, worker_id FROM sessions WHERE sender_id = $1',
    [senderId],
  );
  return row;
};

it('of writes that come together, those about one session count in their order, and fenced ones change nothing', async () => {
  const [a, b, lost] = [await hosted('A'), await hosted('B'), await hosted('C')];
  const expiresAt = new Date('2026-03-01T10:00:00Z');
  const written = await Promise.all([
    store.record(a.lease, { qr: { payload: 'code', expiresAt }, connection: { status: 'qr' } }),
    store.record(b.lease, { qr: { payload: 'other', expiresAt }, connection: { status: 'qr' } }),
    store.record({ ...lost.lease, epoch: 3 }, { connection: { status: 'connected' } }),
    store.record(a.lease, { credentials: 'pass' }),
    store.record(a.lease, { qr: null, connection: { status: 'connected', phoneNumber: '+5511987654321' } }),
  ]);
  expect(written).toEqual([true, true, false, true, true]);

  expect(await service.get(tenantId, a.sender.id)).toMatchObject({
    status: 'connected',
    phoneNumber: '+5511987654321',
  });
  expect(await service.get(tenantId, b.sender.id)).toMatchObject({ status: 'qr', phoneNumber: null });
  expect(await service.get(tenantId, lost.sender.id)).toMatchObject({ status: 'created' });
  expect(await sessionRow(a.sender.id)).toMatchObject({ qr_payload: null, worker_id: workerId });
  expect((await sessionRow(a.sender.id))?.['credentials']).toEqual(expect.any(String));
  expect(await sessionRow(b.sender.id)).toMatchObject({ qr_payload: 'other', credentials: null });
});

it('a worker that gave the lease up cannot write in the same moment any more', async () => {
  const { sender, lease } = await hosted('D');
  const written = await Promise.all([
    store.record(lease, { connection: { status: 'disconnected', reason: 'Gone.' }, release: true }),
    store.record(lease, { connection: { status: 'connected' } }),
  ]);
  expect(written).toEqual([true, false]);
  expect(await service.get(tenantId, sender.id)).toMatchObject({
    status: 'disconnected',
    statusReason: 'Gone.',
  });
});

it('leases are renewed while a hundred sessions are written, and neither is given up', async () => {
  const sessions = await Promise.all(Array.from({ length: 100 }, (_, n) => hosted(`Many ${n}`)));
  const leases = sessions.map(({ lease }) => lease);
  for (let round = 0; round < 5; round += 1) {
    const written = leases.map((lease) => store.record(lease, { connection: { status: 'connected' } }));
    const renewed = await Promise.all([1, 2, 3].map(() => store.renew(leases.toReversed(), 20_000)));
    expect(renewed.map((held) => held.size)).toEqual([100, 100, 100]);
    expect(new Set(await Promise.all(written))).toEqual(new Set([true]));
  }
});

it('the slot of a sender knows the worker that hosts it', async () => {
  const { sender, lease } = await hosted('Slot');
  const hostOf = async () => {
    const [row] = await test.database.manager.query<{ worker_id: string | null }[]>(
      'SELECT worker_id FROM sender_slots WHERE sender_id = $1',
      [sender.id],
    );
    return row?.worker_id;
  };
  expect(await hostOf()).toBe(workerId);
  await store.record(lease, { release: true });
  expect(await hostOf()).toBeNull();
  const next = newId();
  const claim = { workerId: next, leaseMs: 20_000, transports: ['simulator'] as const, limit: 10 };
  await store.claim({ ...claim, desired: 'connected', senderId: sender.id });
  expect(await hostOf()).toBe(next);
  await store.freeLeasesOf(test.database.manager, [next]);
  expect(await hostOf()).toBeNull();
});

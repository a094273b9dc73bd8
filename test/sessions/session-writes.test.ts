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

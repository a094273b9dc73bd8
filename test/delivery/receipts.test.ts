import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReceiptStatus } from '../../src/transports/transport.js';
import { sourceKinds, type SourceKind } from '../../src/modules/delivery/index.js';
import { createReceiptsHandler } from '../../src/worker/handlers/receipts.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { accept, type ScriptedSession } from './scripted-session.js';
import { World } from './world.js';
import { insertNumberCheck } from '../support/rows.js';

let db: TestDatabase;
let world: World;
let phone: ScriptedSession;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  world = new World(db.database, await db.createTenant());
  phone = await world.sender();
});

const T0 = Date.now();
const time = (ms: number): string => new Date(T0 + ms).toISOString();
const inAMinute = () => new Date(Date.now() + 60_000);
const states = (messages: Record<string, unknown>[]) => messages.map(({ state }) => state);
const skipped = { state: 'skipped', code: 'undeliverable' };
const receipt = (waMessageId: string | undefined, status: ReceiptStatus, ms: number, code?: string) => ({
  waMessageId: waMessageId ?? '',
  status,
  at: time(ms),
  ...(code ? { code } : {}),
});
const apply = (...receipts: ReturnType<typeof receipt>[]): Promise<Date | undefined> =>
  world.receipts.apply(world.tenantId, phone.senderId, receipts);

/** Instead of the sender of every test. */
async function onlySenderWithoutIdempotentIds(): Promise<ScriptedSession> {
  await world.sql('DELETE FROM senders WHERE tenant_id = $1', [world.tenantId]);
  return world.senderWithoutIdempotentIds();
}

async function sentOf(
  source: SourceKind,
  parts: string[] = ['Hello'],
): Promise<{ deliveryId: string; sourceId: string; ids: string[] }> {
  const { id, recipients } = await world.deliveries(source, { parts });
  await world.drive(world.worker(), recipients[0]!);
  const ids = phone.handed.slice(-parts.length).map((message) => message.waMessageId ?? '');
  return { deliveryId: recipients[0]!.deliveryId, sourceId: id, ids };
}

describe.each(sourceKinds)('receipts (%s)', (source) => {
  const sent = (parts?: string[]) => sentOf(source, parts);
  /** Only campaigns are counted. */
  const counters = (of: object[]) => (source === 'campaign' ? of : []);

  it('move message and delivery on, and keep the counters equal to count(*)', async () => {
    const { deliveryId, sourceId, ids } = await sent();
    await apply(receipt(ids[0], 'delivered', 10));
    expect(await world.recipient(deliveryId)).toMatchObject({
      state: 'delivered',
      delivered_at: new Date(T0 + 10),
    });
    await apply(receipt(ids[0], 'read', 20));
    expect(await world.recipient(deliveryId)).toMatchObject({ state: 'read', read_at: new Date(T0 + 20) });
    const { ledger, counted } = await world.counts(sourceId);
    expect(ledger).toEqual(counted);
    expect(counted).toMatchObject(counters([{ counter: 'read', n: 1 }]));
  });

  it('of a delivery correct a check that found no account at the number', async () => {
    const { deliveryId, ids } = await sent();
    const number = String((await world.recipient(deliveryId))['phone']);
    await insertNumberCheck(db.database.manager, world.tenantId, { phone: number });
    const known = () =>
      world.sql('SELECT on_whatsapp FROM number_checks WHERE tenant_id = $1 AND line = $2', [
        world.tenantId,
        number,
      ]);
    await apply(receipt(ids[0], 'server', 5));
    expect(await known()).toEqual([{ on_whatsapp: false }]);
    await apply(receipt(ids[0], 'delivered', 10));
    expect(await known()).toEqual([{ on_whatsapp: true }]);
  });

  it('never move a state back, whatever their order and however often they come', async () => {
    const { deliveryId, ids } = await sent();
    await apply(receipt(ids[0], 'read', 20));
    await apply(receipt(ids[0], 'delivered', 10), receipt(ids[0], 'server', 5));
    await apply(receipt(ids[0], 'read', 30), receipt(ids[0], 'read', 20));
    expect(await world.recipient(deliveryId)).toMatchObject({ state: 'read', read_at: new Date(T0 + 20) });
    expect(await world.messages(deliveryId)).toMatchObject([{ state: 'read' }]);
  });

  it('a read that was never reported delivered fills the time of delivery', async () => {
    const { deliveryId, ids } = await sent();
    await apply(receipt(ids[0], 'read', 20));
    expect(await world.messages(deliveryId)).toMatchObject([
      { state: 'read', delivered_at: new Date(T0 + 20), read_at: new Date(T0 + 20) },
    ]);
  });

  it('a voice message that was played counts as read', async () => {
    const { deliveryId, ids } = await sent();
    await apply(receipt(ids[0], 'played', 20));
    expect(await world.messages(deliveryId)).toMatchObject([{ state: 'played' }]);
    expect(await world.recipient(deliveryId)).toMatchObject({ state: 'read' });
  });

  it('of several parts: the least advanced decides', async () => {
    const { deliveryId, ids } = await sent(['one', 'two']);
    await apply(receipt(ids[0], 'read', 10));
    expect(await world.recipient(deliveryId)).toMatchObject({ state: 'sent', read_at: null });
    await apply(receipt(ids[1], 'delivered', 20));
    expect(await world.recipient(deliveryId)).toMatchObject({ state: 'delivered' });
    await apply(receipt(ids[1], 'read', 30));
    expect(await world.recipient(deliveryId)).toMatchObject({ state: 'read', read_at: new Date(T0 + 30) });
  });

  it('a failure after the ack fails the recipient with its code, but not once the phone had the message', async () => {
    const failed = await sent();
    await apply(receipt(failed.ids[0], 'failed', 10, 'undeliverable'));
    expect(await world.recipient(failed.deliveryId)).toMatchObject({
      state: 'failed',
      code: 'undeliverable',
    });
    const delivered = await sent();
    await apply(receipt(delivered.ids[0], 'delivered', 10));
    await apply(receipt(delivered.ids[0], 'failed', 20, 'undeliverable'));
    expect(await world.recipient(delivered.deliveryId)).toMatchObject({ state: 'delivered', code: null });
  });

  it('one bad entry does not drop the others', async () => {
    const { deliveryId, ids } = await sent();
    const bad = [
      { ...receipt('x', 'read', 1), at: 'yesterday' },
      { ...receipt('x', 'read', 1), status: 'teleported' as ReceiptStatus },
      receipt('', 'read', 1),
    ];
    await apply(...bad, receipt(ids[0], 'delivered', 10));
    expect(await world.recipient(deliveryId)).toMatchObject({ state: 'delivered' });
  });

  it('a receipt that is faster than the answer to the send is kept', async () => {
    phone.answer(async (message) => {
      await apply(receipt(message.waMessageId, 'delivered', 10));
      return accept(message);
    });
    const { deliveryId } = await sent();
    expect(await world.messages(deliveryId)).toMatchObject([
      { state: 'delivered', sent_at: expect.any(Date) },
    ]);
    expect(await world.recipient(deliveryId)).toMatchObject({ state: 'delivered', next_part: 1 });
  });

  it('a receipt that is faster than a time-out makes the send a success, and the next part follows', async () => {
    phone.answer(async (message) => {
      await apply(receipt(message.waMessageId, 'server', 10));
      return { kind: 'unknown', code: 'timeout' };
    }, accept);
    const { deliveryId } = await sent(['one', 'two']);
    expect(phone.texts).toEqual(['one', 'two']);
    expect(await world.recipient(deliveryId)).toMatchObject({ state: 'sent', code: null });
  });

  it('a later receipt reconciles an unconfirmed send', async () => {
    phone = await onlySenderWithoutIdempotentIds();
    phone.answer({ kind: 'unknown', code: 'timeout' });
    const { deliveryId, sourceId, ids } = await sent();
    expect(await world.recipient(deliveryId)).toMatchObject({ state: 'unknown' });
    await apply(receipt(ids[0], 'delivered', 10));
    expect(await world.recipient(deliveryId)).toMatchObject({
      state: 'delivered',
      code: null,
      sent_at: expect.any(Date),
    });
    const { ledger, counted } = await world.counts(sourceId);
    expect(ledger).toEqual(counted);
  });

  it('with parts left, a reconciled delivery waits to be queued again, and goes on', async () => {
    phone = await onlySenderWithoutIdempotentIds();
    phone.answer({ kind: 'unknown', code: 'timeout' }, accept);
    const { recipients } = await world.deliveries(source, { parts: ['one', 'two'] });
    await world.drive(world.worker(), recipients[0]!);
    await apply(receipt(phone.handed[0]?.waMessageId, 'server', 10));
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({
      state: 'pending',
      next_part: 1,
    });
    expect(states(await world.messages(recipients[0]!.deliveryId))).toEqual(
      source === 'campaign' ? ['sent'] : ['sent', 'queued'],
    );
    if (source === 'campaign') return;
    // A campaign has its feeder.
    await world.reconcile().run();
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ state: 'queued' });
    await world.drive(world.worker(), recipients[0]!);
    expect(phone.texts).toEqual(['one', 'two']);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ state: 'sent', code: null });
  });

  it('with parts left, a delivery fails when the network takes back what it has sent', async () => {
    phone.answer(accept, { kind: 'retryLater', code: 'pair_limited', scope: 'contact', at: inAMinute() });
    const { recipients } = await world.deliveries(source, { parts: ['one', 'two', 'three'] });
    await world.drive(world.worker(), recipients[0]!);
    await world.receipts.apply(world.tenantId, phone.senderId, [
      receipt(phone.handed[0]?.waMessageId, 'failed', 10, 'undeliverable'),
    ]);
    const failed = { state: 'failed', code: 'undeliverable' };
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject(failed);
    expect(await world.messages(recipients[0]!.deliveryId)).toMatchObject([
      failed,
      ...(source === 'campaign' ? [skipped] : [skipped, skipped]),
    ]);
  });

  it("of another tenant or another sender's message change nothing", async () => {
    const { deliveryId, ids } = await sent();
    const other = await world.sender();
    await world.receipts.apply(world.tenantId, other.senderId, [receipt(ids[0], 'read', 1)]);
    await world.receipts.apply(await db.createTenant(), phone.senderId, [receipt(ids[0], 'read', 1)]);
    expect(await world.recipient(deliveryId)).toMatchObject({ state: 'sent' });
  });

  it('of many senders at once each reach the messages of their own', async () => {
    const first = await sent();
    const other = await world.sender();
    const { id, recipients } = await world.deliveries(source, { senderIds: [other.senderId] });
    await world.drive(world.worker(), recipients[0]!);
    const now = new Date().toISOString();
    const ofOther = {
      waMessageId: other.handed[0]?.waMessageId ?? '',
      status: 'delivered' as const,
      at: now,
    };
    const ofPhone = { waMessageId: first.ids[0] ?? '', status: 'read' as const, at: now };
    const answers = await Promise.all([
      apply(receipt(first.ids[0], 'delivered', 10)),
      world.receipts.apply(world.tenantId, other.senderId, [ofOther]),
      apply(receipt(first.ids[0], 'read', 20)),
      world.receipts.apply(world.tenantId, other.senderId, [ofPhone]),
      world.receipts.apply(await db.createTenant(), other.senderId, [ofOther]),
      world.receipts.apply(world.tenantId, other.senderId, [
        { ...ofOther, status: 'failed', code: 'a\u0000b' },
      ]),
    ]);
    // Only of ids that the sender itself has not sent more may be heard.
    expect(answers.map((answer) => answer !== undefined)).toEqual([false, false, false, true, true, false]);
    expect(await world.recipient(first.deliveryId)).toMatchObject({
      state: 'read',
      read_at: new Date(T0 + 20),
    });
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ state: 'delivered' });
    const { ledger, counted } = await world.counts(id);
    expect(ledger).toEqual(counted);
  });

  it('without a message yet are tried again, and dropped when they are old', async () => {
    const handle = createReceiptsHandler({ receipts: world.receipts });
    const { signal } = new AbortController();
    const payload = { tenantId: world.tenantId, senderId: phone.senderId };
    const now = { waMessageId: 'unheard-of', status: 'read' as const, at: new Date().toISOString() };
    const old = { ...now, at: new Date(Date.now() - 120_000).toISOString() };
    expect(await handle({ ...payload, receipts: [now] }, { signal })).toMatchObject({ kind: 'runAgain' });
    expect(await handle({ ...payload, receipts: [old] }, { signal })).toEqual({ kind: 'done' });
  });

  it('and outcomes of the same messages do not block each other', async () => {
    phone.answer((message) => {
      void apply(receipt(message.waMessageId, 'server', 1), receipt(message.waMessageId, 'read', 3));
      void apply(receipt(message.waMessageId, 'delivered', 2));
      return accept(message);
    });
    const { id, recipients } = await world.deliveries(source, { parts: ['one', 'two'], recipients: 60 });
    const worker = world.worker();
    await Promise.all(recipients.map((payload) => world.drive(worker, payload)));
    await apply(...phone.handed.map((message) => receipt(message.waMessageId, 'read', 5)));
    const { ledger, counted } = await world.counts(id);
    expect(counted).toMatchObject(counters([{ counter: 'read', n: 60 }]));
    expect(ledger).toEqual(counted);
  });
});

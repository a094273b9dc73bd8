import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sourceKinds } from '../../src/modules/delivery/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { insertConversation } from '../support/rows.js';
import type { ScriptedSession } from './scripted-session.js';
import { World } from './world.js';

/** A pool of two transports: one writes to numbers and LIDs, the other to numbers and business-scoped ids. */
let db: TestDatabase;
let world: World;
let byLid: ScriptedSession;
let byScopedId: ScriptedSession;

const LID = 'lid:190000000000001';
const SCOPED = 'bsuid:portfolio1:BR.one';

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  world = new World(db.database, await db.createTenant(), {
    simulator: { addresses: ['phone', 'lid'] },
    waha: { addresses: ['phone', 'bsuid'] },
  });
  byLid = await world.sender();
  byScopedId = await world.sender({ transport: 'waha' });
});

const change = (table: 'senders' | 'sender_slots', session: ScriptedSession, to: string) =>
  world.sql(`UPDATE ${table} SET ${to} WHERE ${table === 'senders' ? 'id' : 'sender_id'} = $1`, [
    session.senderId,
  ]);
/** This one is chosen first by whoever it can serve. */
const freeLongest = async (session: ScriptedSession): Promise<void> => {
  await world.sql(`UPDATE sender_slots SET last_used_at = now() WHERE tenant_id = $1`, [world.tenantId]);
  await change('sender_slots', session, `last_used_at = now() - interval '1 day'`);
};
const waiting = async (campaignId: string): Promise<unknown> =>
  (await world.sql('SELECT waiting_reason AS reason FROM campaigns WHERE id = $1', [campaignId]))[0]?.[
    'reason'
  ];

describe.each(sourceKinds)('a pool of senders that write to people by different things (%s)', (source) => {
  it.each([
    ['a LID', LID, () => byLid, () => byScopedId],
    ['a business-scoped id', SCOPED, () => byScopedId, () => byLid],
  ])('reaches who is known by %s through those that can', async (_, to, able, other) => {
    await freeLongest(other());
    const { recipients } = await world.deliveries(source, { to: [to] });
    await world.drive(world.worker(), recipients[0]!);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ state: 'sent' });
    expect([able().handed.length, other().handed.length]).toEqual([1, 0]);
    const slots = await world.sql(
      'SELECT sum(minute_used)::int AS used FROM sender_slots WHERE tenant_id = $1',
      [world.tenantId],
    );
    expect(slots).toEqual([{ used: 1 }]);
  });

  it('ends who is known by nothing that a sender of the pool can write to', async () => {
    const { recipients } = await world.deliveries(source, { to: [SCOPED], senderIds: [byLid.senderId] });
    await world.drive(world.worker(), recipients[0]!);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({
      state: 'skipped',
      code: 'no_reachable_identity',
    });
    expect(byLid.handed).toEqual([]);
  });

  it.each([
    ['away', () => change('senders', byLid, `status = 'disconnected'`)],
    ['paused', () => change('senders', byLid, 'paused_at = now()')],
    [
      'at the end of its quota',
      () =>
        change(
          'sender_slots',
          byLid,
          `hour_used = quota_per_hour, hour_started_at = now(), next_available_at = now() + interval '1 hour'`,
        ),
    ],
  ])('keeps who waits for the one that can while it is %s', async (_, leave) => {
    await leave();
    const { recipients } = await world.deliveries(source, { to: [LID] });
    const outcome = await world.drive(world.worker(), recipients[0]!);
    expect(outcome).toMatchObject({ kind: 'runAgain' });
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({
      state: 'queued',
      wait_reason: 'no_sender_for_identity',
    });
    expect(byScopedId.handed).toEqual([]);
    await change('senders', byLid, `status = 'connected', paused_at = NULL`);
    await change('sender_slots', byLid, 'hour_used = 0, next_available_at = now()');
    await world.drive(world.worker(), recipients[0]!);
    expect(byLid.handed.map((message) => message.to)).toEqual([{ lid: '190000000000001' }]);
  });
});

it('a campaign that serves others does not say that it waits for one who can be written to by some only', async () => {
  await change('senders', byLid, `status = 'disconnected'`);
  const { id, recipients } = await world.campaign({ to: [LID, '+5511900000001'] });
  const [known, numbered] = recipients;
  await world.drive(world.worker(), numbered!);
  await world.drive(world.worker(), known!);
  expect(await waiting(id)).toBeNull();
  await world.drive(world.worker({ waiting: world.newWaitTracker() }), known!);
  expect(await waiting(id)).toBe('no_sender_for_identity');
});

it('the last sender of a person goes first only where it can write to them', async () => {
  const { recipients } = await world.campaign({ to: [LID] });
  await world.sql(
    `INSERT INTO contact_senders (contact_id, tenant_id, sender_id)
     SELECT contact_id, tenant_id, $2 FROM deliveries WHERE id = $1`,
    [recipients[0]!.deliveryId, byScopedId.senderId],
  );
  await world.drive(world.worker(), recipients[0]!);
  expect([byLid.handed.length, byScopedId.handed.length]).toEqual([1, 0]);
});

it('an answer ends where the sender that the person wrote to cannot write to them', async () => {
  const { recipients } = await world.send({ to: [LID], senderIds: [byScopedId.senderId] });
  const { deliveryId } = recipients[0]!;
  const { contact_id: contactId } = await world.recipient(deliveryId);
  await world.sql(`UPDATE deliveries SET lane = 'answer', only_sender_id = $2 WHERE id = $1`, [
    deliveryId,
    byScopedId.senderId,
  ]);
  await insertConversation(db.database.manager, world.tenantId, {
    contactId: String(contactId),
    senderId: byScopedId.senderId,
    lastInboundAt: new Date(),
  });
  const { signal } = new AbortController();
  await world.worker().handleAnswer({ tenantId: world.tenantId, deliveryId }, { signal });
  expect(await world.recipient(deliveryId)).toMatchObject({
    state: 'skipped',
    code: 'no_reachable_identity',
  });
});

it('what begins with one sender goes on there, or ends where that one cannot write to what is left of the person', async () => {
  const { recipients } = await world.campaign({ to: ['+5511900000002'], parts: ['one', 'two'] });
  const { deliveryId } = recipients[0]!;
  await freeLongest(byScopedId);
  byScopedId.answer(
    (message) => ({ kind: 'sent', waMessageId: `net-${message.to.phone}`, at: new Date() }),
    () => ({ kind: 'retryLater', code: 'unavailable', at: new Date(Date.now() + 60_000), scope: 'sender' }),
  );
  await world.drive(world.worker(), recipients[0]!);
  expect(await world.recipient(deliveryId)).toMatchObject({ state: 'queued', next_part: 1 });
  await world.sql(`UPDATE deliveries SET phone = $2 WHERE id = $1`, [deliveryId, LID]);
  await change('sender_slots', byScopedId, 'next_available_at = now()');
  await world.drive(world.worker(), recipients[0]!);
  expect(byLid.handed).toEqual([]);
  expect(await world.recipient(deliveryId)).toMatchObject({ code: 'no_reachable_identity' });
});

it('who has a number and a LID is written to by the LID where no sender writes to numbers', async () => {
  world = new World(db.database, await db.createTenant(), { simulator: { addresses: ['lid'] } });
  const session = await world.sender();
  const { recipients } = await world.campaign({ to: ['+5511900000003'] });
  const { deliveryId } = recipients[0]!;
  await world.sql(
    `INSERT INTO contact_identities (id, tenant_id, contact_id, kind, value, since)
     SELECT gen_random_uuid(), tenant_id, contact_id, 'lid', '190000000000003', now() FROM deliveries WHERE id = $1`,
    [deliveryId],
  );
  await world.drive(world.worker(), recipients[0]!);
  expect(session.handed.map((message) => message.to)).toMatchObject([{ lid: '190000000000003' }]);
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/lib/ids.js';
import { replayHandOvers } from '../../src/modules/delivery/hand-overs/replay.repository.js';
import type { JournaledHandOver } from '../../src/modules/delivery/hand-overs/replay-plan.js';
import { leaveDueUnknown, sourceKinds } from '../../src/modules/delivery/index.js';
import { deliverySources } from '../../src/runtime/sources.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { World } from './world.js';

let db: TestDatabase;
let world: World;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  world = new World(db.database, await db.createTenant());
  await world.workerSeen();
});

function replay(...handOvers: Omit<JournaledHandOver, 'at'>[]) {
  const at = new Date('2026-03-01T12:00:00Z');
  const journaled = handOvers.map((handOver) => ({ ...handOver, at }));
  return db.database.transaction((tx) => replayHandOvers(tx, deliverySources, journaled));
}

const states = async (deliveryId: string) =>
  (await world.messages(deliveryId)).map(({ state }) => state as string);

describe.each(sourceKinds)('a delivery of the source %s that was handed over after the backup', (source) => {
  it('is left unknown where the network does not know ids, bound to its sender, until a receipt comes', async () => {
    const phone = await world.senderWithoutIdempotentIds();
    const { id, recipients } = await world.deliveries(source);
    const { deliveryId } = recipients[0]!;
    if (source === 'campaign')
      await world.sql(`UPDATE campaigns SET on_unknown = 'resend' WHERE id = $1`, [id]);
    const handOver = { deliveryId, part: 0, senderId: phone.senderId, waMessageId: 'sent-before' };
    expect(await replay(handOver)).toEqual({ bound: 1, missing: 0 });
    await world.reconcile().run();
    expect(await world.recipient(deliveryId)).toMatchObject({
      state: 'unknown',
      code: 'database_restored',
      sender_id: phone.senderId,
    });
    await world.receipts.apply(world.tenantId, phone.senderId, [
      { waMessageId: 'sent-before', status: 'delivered', at: new Date().toISOString() },
    ]);
    expect(await world.recipient(deliveryId)).toMatchObject({ state: 'delivered', code: null });
    expect(phone.handed).toEqual([]);
  });

  it('is sent again with the same id where the network takes the second message for the first', async () => {
    const phone = await world.sender();
    await world.sender();
    const { recipients } = await world.deliveries(source, { parts: ['Hello Ana', 'Bye'] });
    const { deliveryId } = recipients[0]!;
    await replay({ deliveryId, part: 0, senderId: phone.senderId, waMessageId: 'sent-before' });
    await world.reconcile().run();
    await world.drive(world.worker(), recipients[0]!);
    expect(phone.handed[0]).toMatchObject({ waMessageId: 'sent-before' });
    expect(phone.texts).toEqual(['Hello Ana', 'Bye']);
    expect(await world.recipient(deliveryId)).toMatchObject({ state: 'sent', parts: 2, next_part: 2 });
  });

  it('has the parts before the last one sent, whether they come together or apart', async () => {
    const phone = await world.senderWithoutIdempotentIds();
    const { recipients } = await world.deliveries(source, { parts: ['1', '2', '3'], recipients: 3 });
    const [together, apart, untold] = recipients.map(({ deliveryId }) => deliveryId);
    const entry = (deliveryId: string, part: number) => ({
      deliveryId,
      part,
      senderId: phone.senderId,
      waMessageId: `${deliveryId} ${part}`,
    });
    await replay(entry(together!, 0), entry(together!, 1));
    await replay(entry(apart!, 0));
    await replay(entry(apart!, 1));
    // Of its first part the journal was lost.
    await replay(entry(untold!, 1));
    await world.reconcile().run();
    const left = source === 'campaign' ? ['sent', 'unknown'] : ['sent', 'unknown', 'skipped'];
    expect(await states(together!)).toEqual(left);
    expect(await states(apart!)).toEqual(left);
    expect(await states(untold!)).toEqual(left);
    expect((await world.messages(apart!))[0]).toMatchObject({ wa_message_id: `${apart} 0` });
  });

  it('stays as it is where the database knows the hand-over, also when it is told twice', async () => {
    const phone = await world.senderWithoutIdempotentIds();
    const { recipients } = await world.deliveries(source, { recipients: 2 });
    const [sent, forgotten] = recipients;
    await world.drive(world.worker(), sent!);
    const [{ wa_message_id: waMessageId } = {}] = await world.messages(sent!.deliveryId);
    const known = { deliveryId: sent!.deliveryId, part: 0, senderId: phone.senderId };
    expect(await replay({ ...known, waMessageId: waMessageId as string })).toEqual({ bound: 0, missing: 0 });
    const again = { ...known, deliveryId: forgotten!.deliveryId, waMessageId: 'sent-before' };
    expect(await replay(again)).toMatchObject({ bound: 1 });
    expect(await replay(again)).toMatchObject({ bound: 0 });
    await world.reconcile().run();
    expect(await replay(again)).toMatchObject({ bound: 0 });
    expect(await world.recipient(sent!.deliveryId)).toMatchObject({ state: 'sent' });
  });
});

describe('a replay', () => {
  it('counts deliveries that the database does not have', async () => {
    const handOver = { deliveryId: newId(), part: 0, senderId: newId(), waMessageId: null };
    expect(await replay(handOver, { ...handOver, part: 1 })).toEqual({ bound: 0, missing: 1 });
  });

  it('keeps the counters of a campaign true, also for recipients that were not queued yet', async () => {
    const phone = await world.senderWithoutIdempotentIds();
    const { id, recipients } = await world.campaign({ recipients: 3, parts: ['1', '2'] });
    await world.sql(`UPDATE deliveries SET state = 'pending', parts = NULL WHERE campaign_id = $1`, [id]);
    const [first, second] = recipients.map(({ deliveryId }) => deliveryId);
    const senderId = phone.senderId;
    await replay(
      { deliveryId: first!, part: 0, senderId, waMessageId: 'a' },
      { deliveryId: second!, part: 0, senderId, waMessageId: 'b' },
      { deliveryId: second!, part: 1, senderId, waMessageId: 'c' },
    );
    await world.reconcile().run();
    expect(await world.recipient(first!)).toMatchObject({ state: 'unknown', parts: 2, next_part: 0 });
    expect(await world.recipient(second!)).toMatchObject({ state: 'unknown', parts: 2, next_part: 1 });
    const { ledger, counted } = await world.counts(id);
    expect(ledger).toEqual(counted);
  });
});

describe('what nobody can tell of after a restore', () => {
  it('ends as unknown when it was due, and waits for its time when that is yet to come', async () => {
    const due = await world.send({ parts: ['1', '2'] });
    const later = await world.send();
    const restoredAt = new Date(Date.now() + 1_000);
    const { deliveryId } = later.recipients[0]!;
    await world.sql(
      `UPDATE deliveries SET state = 'pending', send_at = now() + interval '1 hour' WHERE id = $1`,
      [deliveryId],
    );
    const campaign = await world.campaign();
    const before = await world.send();
    await world.sql(`UPDATE sends SET created_at = now() + interval '1 minute' WHERE id = $1`, [before.id]);
    await leaveDueUnknown(db.database.manager, restoredAt);
    const stateOf = async ({ recipients }: typeof due) =>
      (await world.recipient(recipients[0]!.deliveryId)).state;
    expect(await Promise.all([due, later, campaign, before].map(stateOf))).toEqual([
      'unknown',
      'pending',
      'queued',
      'queued',
    ]);
    expect(await states(due.recipients[0]!.deliveryId)).toEqual(['unknown', 'skipped']);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
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
});

async function limited(maxPerSender: number, options: Parameters<World['campaign']>[0] = {}) {
  const campaign = await world.campaign(options);
  await world.sql('UPDATE campaigns SET max_per_sender = $2 WHERE id = $1', [campaign.id, maxPerSender]);
  return campaign;
}

async function used(campaignId: string): Promise<Record<string, number>> {
  const rows = await world.sql<{ sender_id: string; messages: number }>(
    'SELECT sender_id, messages FROM campaign_sender_use WHERE campaign_id = $1 AND messages > 0',
    [campaignId],
  );
  return Object.fromEntries(rows.map(({ sender_id: id, messages }) => [id, messages]));
}

const waitingReason = async (id: string) =>
  (await world.sql('SELECT waiting_reason FROM campaigns WHERE id = $1', [id]))[0]?.['waiting_reason'];

describe('the budget of a sender for a campaign', () => {
  it('is used to the last message and never exceeded by workers that send at the same time', async () => {
    const senders = [await world.sender(), await world.sender(), await world.sender()];
    const { id, recipients } = await limited(4, { recipients: 20 });
    await Promise.all(recipients.map((payload) => world.drive(world.worker(), payload, 300)));
    expect(senders.map(({ handed }) => handed.length)).toEqual([4, 4, 4]);
    expect(Object.values(await used(id))).toEqual([4, 4, 4]);
    expect(await waitingReason(id)).toBe('sender_budget_used_up');
    const fresh = await world.sender();
    for (const payload of recipients) await world.drive(world.worker(), payload, 300);
    expect(fresh.handed).toHaveLength(4);
  });

  it('counts whole recipients: all parts go through one sender', async () => {
    const sender = await world.sender();
    const { id, recipients } = await limited(5, { recipients: 4, parts: ['One', 'Two'] });
    for (const payload of recipients) await world.drive(world.worker(), payload, 300);
    expect(sender.handed).toHaveLength(4);
    expect(await used(id)).toEqual({ [sender.senderId]: 4 });
  });

  it('is not touched by what was not handed over, nor by another campaign', async () => {
    const [lost, other] = [await world.sender(), await world.sender()];
    lost.answer({ kind: 'senderLost', code: 'disconnected' });
    const { id, recipients } = await limited(2, {
      recipients: 2,
      senderIds: [lost.senderId, other.senderId],
    });
    for (const payload of recipients) await world.drive(world.worker(), payload);
    expect(other.handed.length).toBe(2);
    expect(await used(id)).toEqual({ [other.senderId]: 2 });
    const second = await world.campaign({ recipients: 3, senderIds: [other.senderId] });
    for (const payload of second.recipients) await world.drive(world.worker(), payload);
    expect(other.handed.length).toBe(5);
    expect(await used(second.id)).toEqual({});
  });

  it('lets a sender finish what it began', async () => {
    const sender = await world.sender();
    const { id, recipients } = await limited(2, { recipients: 1, parts: ['One', 'Two'] });
    const [payload] = recipients;
    if (!payload) throw new Error('no recipient');
    sender.answer(
      (message) => ({ kind: 'sent', waMessageId: message.waMessageId ?? 'x', at: new Date() }),
      { kind: 'retryLater', code: 'unavailable', at: new Date(), scope: 'global' },
      (message) => ({ kind: 'sent', waMessageId: message.waMessageId ?? 'y', at: new Date() }),
    );
    await world.drive(world.worker(), payload);
    expect(await world.recipient(payload.deliveryId)).toMatchObject({ state: 'sent' });
    expect(await used(id)).toEqual({ [sender.senderId]: 2 });
  });
});

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { MessageService, presentMessage } from '../../src/modules/messages/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { World } from '../delivery/world.js';
import { receive } from '../support/inbound.js';

let db: TestDatabase;
let world: World;
let messages: MessageService;
let campaignId: string;

beforeAll(async () => {
  db = await createTestDatabase();
  world = new World(db.database, await db.createTenant());
  messages = new MessageService({ database: db.database });
  const phone = await world.sender();
  const campaign = await world.campaign({ recipients: 5 });
  campaignId = campaign.id;
  const worker = world.worker();
  for (const payload of campaign.recipients) await world.drive(worker, payload);
  await receive(world.inbound, world.tenantId, phone.senderId, [
    { waMessageId: 'in-1', from: campaign.phones[0]!, text: 'hi', at: new Date().toISOString() },
  ]);
});
afterAll(() => db.close());

it('lists all messages over pages, newest first, none twice', async () => {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await messages.list(world.tenantId, {}, { limit: 2, ...(cursor ? { cursor } : {}) });
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  expect(seen).toHaveLength(6);
  expect(seen).toEqual([...new Set(seen)].toSorted().toReversed());
});

it('filters by campaign, contact, state and direction', async () => {
  const list = async (filter: Parameters<MessageService['list']>[1]) =>
    (await messages.list(world.tenantId, filter, { limit: 50 })).items;
  expect(await list({ campaignId })).toHaveLength(5);
  expect(await list({ campaignId, state: 'failed' })).toHaveLength(0);
  const received = await list({ direction: 'in' });
  expect(received).toHaveLength(1);
  const contactId = received[0]?.contactId ?? '';
  expect(await list({ contactId })).toHaveLength(2);
});

it('presents one message as clients know it', async () => {
  const [first] = (await messages.list(world.tenantId, { campaignId }, { limit: 1 })).items;
  const shown = presentMessage(await messages.get(world.tenantId, first?.id ?? ''));
  expect(shown).toMatchObject({
    id: first?.id,
    state: 'sent',
    senderId: first?.senderId,
    content: 'Hello Ana',
  });
  expect(shown.waMessageId).toEqual(expect.any(String));
});

it("another tenant's messages are not there", async () => {
  const stranger = await db.createTenant();
  const [first] = (await messages.list(world.tenantId, {}, { limit: 1 })).items;
  await expect(messages.get(stranger, first?.id ?? '')).rejects.toMatchObject({ code: 'message_not_found' });
  expect((await messages.list(stranger, { campaignId }, { limit: 10 })).items).toEqual([]);
});

it('refuses a cursor that is not one', async () => {
  const listing = async () => messages.list(world.tenantId, {}, { limit: 10, cursor: 'garbage' });
  await expect(listing()).rejects.toMatchObject({ kind: 'invalid', errors: [{ path: 'cursor' }] });
});

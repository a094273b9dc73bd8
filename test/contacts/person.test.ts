import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createContactWorld, page, type ContactWorld } from './world.js';
import type { DeliveryState } from '../../src/modules/delivery/index.js';
import { insertConversation, insertMessage, insertNumberCheck, insertSender } from '../support/rows.js';

let world: ContactWorld;
let tenantId: string;
let id: string;
const PHONE = '+5511987654321';
const NAME = 'Zenobia Quark';
const TEXT = 'Dearest friend, the parcel is at platform 9';
const AT = new Date('2026-03-02T09:00:00Z');

beforeAll(async () => {
  world = await createContactWorld();
});
beforeEach(async () => {
  tenantId = await world.test.createTenant();
  ({ id } = await world.contacts.create(tenantId, {
    phoneNumber: PHONE,
    name: NAME,
    attributes: { city: 'Wolpertingen' },
    tags: ['quarkfan'],
  }));
  await world.consents.add(tenantId, id, { kind: 'granted', source: 'fair', proof: `signed by ${NAME}` });
});
afterAll(() => world.test.close());

const recipient = (state: DeliveryState, body?: string) => ({
  contactId: id,
  phone: PHONE,
  name: NAME,
  state,
  body,
});

/** Every table with a row of the tenant in which one of these texts stands. */
async function traces(...texts: string[]): Promise<string[]> {
  const { manager } = world.database;
  const tables: { name: string }[] = await manager.query(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows: unknown[] = await manager.query(
      `SELECT 1 FROM "${name}" t, unnest($1::text[]) AS text WHERE strpos(to_jsonb(t)::text, text) > 0 AND coalesce(to_jsonb(t) ->> 'tenant_id', $2) = $2`,
      [texts, tenantId],
    );
    if (rows.length > 0) found.push(name);
  }
  return found.toSorted();
}

async function receive(text: string): Promise<void> {
  const senderId = await insertSender(world.database.manager, tenantId);
  await insertConversation(world.database.manager, tenantId, { contactId: id, senderId, lastInboundAt: AT });
  await insertMessage(world.database.manager, tenantId, {
    direction: 'in',
    contactId: id,
    senderId,
    body: text,
    state: 'received',
  });
}

describe('the export of a person', () => {
  it('holds everything that is kept', async () => {
    const list = await world.lists.create(tenantId, { name: 'Friends' });
    await world.lists.addMembers(tenantId, list.id, [id]);
    await world.campaign(tenantId, [recipient('sent', TEXT)]);
    await receive('What parcel?');
    expect(JSON.parse(JSON.stringify(await world.people.export(tenantId, id)))).toMatchObject({
      contact: {
        id,
        phoneNumber: PHONE,
        name: NAME,
        attributes: { city: 'Wolpertingen' },
        tags: ['quarkfan'],
      },
      consents: [{ kind: 'granted', source: 'fair' }],
      lists: [{ name: 'Friends' }],
      deliveries: [
        { source: 'campaign', campaign: 'Parcels', state: 'sent', variables: { parcel: 'platform 9' } },
      ],
      messages: [
        { direction: 'out', body: TEXT },
        { direction: 'in', body: 'What parcel?' },
      ],
      conversations: [{ senderId: expect.any(String), lastInboundAt: AT.toISOString() }],
    });
    const stranger = await world.test.createTenant();
    await expect(world.people.export(stranger, id)).rejects.toMatchObject({ kind: 'not_found' });
  });

  it('holds what an earlier contact of the number was sent, by campaigns and without', async () => {
    await world.campaign(tenantId, [recipient('sent', TEXT)], 'completed');
    await world.direct(tenantId, [{ contactId: id, phone: PHONE, state: 'sent', body: 'Closed on Monday' }]);
    await world.contacts.remove(tenantId, id);
    const again = await world.contacts.create(tenantId, { phoneNumber: PHONE });
    expect(await world.people.export(tenantId, again.id)).toMatchObject({
      deliveries: [{ source: 'campaign' }, { source: 'direct' }],
      messages: [{ body: TEXT }, { body: 'Closed on Monday' }],
    });
  });
});

describe('an erasure', () => {
  it('leaves no trace of the person in any table, and every count as it was', async () => {
    const sent = await world.campaign(tenantId, [recipient('sent', TEXT)], 'completed');
    const waiting = await world.campaign(tenantId, [recipient('queued')]);
    await receive('I am Zenobia Quark');
    const { manager } = world.database;
    await manager.query(
      `UPDATE campaigns SET audience = jsonb_build_object('exclude', jsonb_build_object('phoneNumbers', jsonb_build_array($2::text, '+5511900000000')))
       WHERE id = $1`,
      [sent, PHONE],
    );
    await insertNumberCheck(manager, tenantId, { phone: PHONE, onWhatsApp: true });
    await manager.query(
      `INSERT INTO idempotency_keys (tenant_id, key, fingerprint, status, response) VALUES ($1, 'k', 'f', 201, $2)`,
      [tenantId, JSON.stringify({ data: { phoneNumber: PHONE } })],
    );
    const before = await world.counters(sent);
    expect(await traces(PHONE, NAME, TEXT)).toContain('messages');
    expect(await traces(id)).toContain('conversations');
    expect(await world.people.erase(tenantId, id)).toEqual({ suppressed: false });
    expect(await traces(PHONE, NAME, TEXT, 'Wolpertingen', 'quarkfan', 'platform 9')).toEqual([]);
    expect(await traces(id)).not.toContain('conversations');
    expect(await world.counters(sent)).toEqual(before);
    expect(await world.recipients(waiting)).toMatchObject([{ state: 'skipped', code: 'contact_deleted' }]);
    await expect(world.contacts.get(tenantId, id)).rejects.toMatchObject({ kind: 'not_found' });
  });

  it('keeps the number of a contact who had opted out on the suppression list, unless told otherwise', async () => {
    await world.contacts.update(tenantId, id, { optedOut: true });
    expect(await world.people.erase(tenantId, id)).toEqual({ suppressed: true });
    expect(await traces(PHONE)).toEqual(['suppressions']);
    const again = await world.contacts.create(tenantId, { phoneNumber: PHONE });
    expect(await world.people.erase(tenantId, again.id, { suppress: false })).toEqual({ suppressed: false });
    expect(await traces(PHONE)).toEqual([]);
  });

  it('empties direct messages to the person, and leaves what others got', async () => {
    const other = await world.contacts.create(tenantId, { phoneNumber: '+5511987650008' });
    await world.direct(tenantId, [
      { contactId: id, phone: PHONE, state: 'sent', body: TEXT },
      { contactId: other.id, phone: other.line, state: 'sent', body: 'Closed on Monday' },
    ]);
    await world.people.erase(tenantId, id);
    expect(await traces(TEXT, PHONE)).toEqual([]);
    expect(await traces('Closed on Monday')).toEqual(['messages']);
  });

  it('ends all parts of what waits', async () => {
    const sent = await world.direct(tenantId, [
      { contactId: id, phone: PHONE, state: 'queued', body: [TEXT, `Yours, ${NAME}`] },
    ]);
    await world.people.erase(tenantId, id);
    expect(await traces(TEXT, NAME, PHONE)).toEqual([]);
    const ended = { state: 'skipped', code: 'contact_deleted' };
    expect(await world.recipients(sent)).toMatchObject([ended]);
    const messages: unknown = await world.database.manager.query(
      'SELECT state, code FROM messages WHERE source_id = $1',
      [sent],
    );
    expect(messages).toEqual([ended, ended]);
  });

  it('reaches direct messages that an earlier contact of the number left behind', async () => {
    await world.direct(tenantId, [{ contactId: id, phone: PHONE, state: 'sent', body: TEXT }]);
    await world.contacts.remove(tenantId, id);
    const again = await world.contacts.create(tenantId, { phoneNumber: PHONE });
    await world.people.erase(tenantId, again.id);
    expect(await traces(PHONE, TEXT)).toEqual([]);
  });

  it('reaches what an earlier contact of the number left behind', async () => {
    await world.campaign(tenantId, [recipient('sent', TEXT)], 'completed');
    await world.contacts.remove(tenantId, id);
    const again = await world.contacts.create(tenantId, { phoneNumber: PHONE });
    await world.people.erase(tenantId, again.id);
    expect(await traces(PHONE, NAME, TEXT, 'platform 9')).toEqual([]);
  });

  it('waits until a message to the person has left', async () => {
    await world.campaign(tenantId, [recipient('sending')]);
    await expect(world.people.erase(tenantId, id)).rejects.toMatchObject({
      kind: 'conflict',
      code: 'message_under_way',
    });
    expect(await world.contacts.get(tenantId, id)).toMatchObject({ name: NAME });
    await world.database.manager.query(`DELETE FROM campaigns WHERE tenant_id = $1`, [tenantId]);
    await world.people.erase(tenantId, id);
  });

  it('touches no other contact, of this tenant or another', async () => {
    const stranger = await world.test.createTenant();
    const theirs = await world.contacts.create(stranger, { phoneNumber: PHONE, name: 'Somebody else' });
    const other = await world.contacts.create(tenantId, { phoneNumber: '+5511987650009', name: 'Bia' });
    const campaignId = await world.campaign(tenantId, [
      recipient('sent', TEXT),
      { contactId: other.id, phone: '+5511987650009', name: 'Bia', state: 'sent', body: 'Hi Bia' },
    ]);
    await expect(world.people.erase(stranger, id)).rejects.toMatchObject({ kind: 'not_found' });
    await world.people.erase(tenantId, id);
    expect(await world.recipients(campaignId)).toMatchObject([
      {},
      { phone: '+5511987650009', state: 'sent' },
    ]);
    expect(await world.contacts.get(stranger, theirs.id)).toMatchObject({
      phone: PHONE,
      name: 'Somebody else',
    });
    expect((await world.contacts.list(tenantId, {}, page)).items).toMatchObject([{ id: other.id }]);
    await world.contacts.remove(stranger, theirs.id);
  });
});

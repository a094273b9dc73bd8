import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Tx } from '../../src/db/index.js';
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

/** Rows of an import that were not taken. */
async function insertRejections(rows: readonly string[][]): Promise<void> {
  await world.database.manager.query(
    `WITH file AS (
       INSERT INTO imports (id, tenant_id, file_name, status, file_path, options)
       VALUES (gen_random_uuid(), $1, 'people.csv', 'completed', '', '{}') RETURNING id)
     INSERT INTO import_rejections (import_id, tenant_id, line, reason, cells)
     SELECT file.id, $1, given.line, 'why', given.cells FROM file, jsonb_array_elements($2::jsonb)
       WITH ORDINALITY AS given (cells, line)`,
    [tenantId, JSON.stringify(rows)],
  );
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

  it("removes everything the person was known by, what they gave up too, and leaves what is another's by now", async () => {
    const inTx = <T>(run: (tx: Tx) => Promise<T>) => world.database.transaction(run);
    const [oldPhone, given, lid, oldId, newId] = [
      PHONE,
      '+5511987654399',
      '190000000000081',
      'BR.old81',
      'BR.new81',
    ];
    await inTx(async (tx) => {
      await world.identities.linkPeers(tx, tenantId, [{ phone: oldPhone }, { lid, businessScopedId: oldId }]);
      await world.identities.changeIdentity(
        tx,
        tenantId,
        { businessScopedId: oldId },
        { businessScopedId: newId },
      );
      await world.identities.changeIdentity(tx, tenantId, { phone: oldPhone }, { phone: given });
    });
    const identities = [oldPhone, given, lid, oldId, newId];
    const addresses = [oldPhone, given, `lid:${lid}`, `bsuid::${oldId}`, `bsuid::${newId}`];
    for (const phone of addresses) await world.campaign(tenantId, [{ ...recipient('sent', TEXT), phone }]);
    // Of an earlier contact of a LID, which is gone.
    const gone = { contactId: randomUUID(), phone: `lid:${lid}`, state: 'sent' as const, body: TEXT };
    await world.direct(tenantId, [gone]);
    const { manager } = world.database;
    for (const [index, value] of identities.entries()) {
      await manager.query(
        `INSERT INTO idempotency_keys (tenant_id, key, fingerprint, status, response) VALUES ($1, $2, 'f', 200, $3)`,
        [tenantId, `k${index}`, JSON.stringify({ data: { items: [{ value }] } })],
      );
    }
    await insertRejections(identities.map((value, index) => [String(index), `p1/${value}`, value]));
    const whole = JSON.stringify(await world.people.export(tenantId, id));
    expect(identities.filter((value) => !whole.includes(value))).toEqual([]);
    expect(whole).not.toMatch(/"(lid|bsuid):/);
    // The number that was given up is another person's now.
    const other = await world.contacts.create(tenantId, { phoneNumber: oldPhone, name: 'Bia' });
    const theirs = await world.campaign(tenantId, [
      { contactId: other.id, phone: oldPhone, name: 'Bia', state: 'sent', body: 'Hi Bia' },
    ]);
    await world.people.erase(tenantId, id);
    expect(await traces(NAME, TEXT, given, lid, oldId, newId)).toEqual([]);
    expect(await world.recipients(theirs)).toMatchObject([{ contactId: other.id, phone: oldPhone }]);
    expect(await world.contacts.get(tenantId, other.id)).toMatchObject({ phone: oldPhone, name: 'Bia' });
    expect(await world.people.export(tenantId, other.id)).toMatchObject({ deliveries: [{ name: 'Bia' }] });
    await world.people.erase(tenantId, other.id);
    expect(await traces(...identities)).toEqual([]);
  });

  it.each<[string, object]>([
    ['a LID', { lid: '190000000000082' }],
    ['a business-scoped id', { businessScopedId: { id: 'BR.1a2b82', portfolio: 'p82' } }],
  ])('of an opted-out person known by %s leaves the suppression and nothing else', async (_, known) => {
    const stopped = await world.contacts.create(tenantId, { ...known, optedOut: true });
    expect(await world.people.erase(tenantId, stopped.id)).toEqual({ suppressed: true });
    const [identity = ''] = stopped.identities.map(({ value }) => value);
    expect(await traces(identity)).toEqual(['suppressions']);
    const again = await world.contacts.create(tenantId, known);
    expect(await world.people.erase(tenantId, again.id, { suppress: false })).toEqual({ suppressed: false });
    expect(await traces(identity)).toEqual([]);
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

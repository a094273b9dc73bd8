import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SettingsService, windowErrors } from '../../src/modules/tenants/index.js';
import { ContactService, MergeService, SuppressionService } from '../../src/modules/contacts/index.js';
import { DeliveryPersonRecords, MessagePersonRecords } from '../../src/modules/delivery/index.js';
import { ConversationPersonRecords } from '../../src/modules/inbound/index.js';
import { systemClock } from '../../src/lib/clock.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { refuseRows } from '../support/faults.js';
import type { ScriptedSession } from '../delivery/scripted-session.js';
import { World } from '../delivery/world.js';
import { receive as receiveAt } from '../support/inbound.js';

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

let counter = 0;
const said = (from: string | undefined, text: string, at = new Date()) => ({
  waMessageId: `in-${(counter += 1)}`,
  from: from ?? '',
  text,
  at: at.toISOString(),
});

async function receive(...messages: ReturnType<typeof said>[]): Promise<void> {
  await receiveAt(world.inbound, world.tenantId, phone.senderId, messages);
}

async function written(): Promise<{ deliveryId: string; campaignId: string; from: string }> {
  const { id, recipients, phones } = await world.campaign();
  await world.drive(world.worker(), recipients[0]!);
  return { deliveryId: recipients[0]!.deliveryId, campaignId: id, from: phones[0]! };
}

const contacts = () => new ContactService({ database: db.database, clock: systemClock });

async function merge(into: string, gone: string): Promise<void> {
  const merges = new MergeService({
    database: db.database,
    clock: systemClock,
    contacts: contacts(),
    records: [new DeliveryPersonRecords(), new MessagePersonRecords(), new ConversationPersonRecords()],
  });
  const id = async (from: string) => String((await contact(from))?.['id']);
  await merges.merge(world.tenantId, await id(into), await id(gone));
}

const contact = async (from: string): Promise<Record<string, unknown> | undefined> =>
  (await world.sql('SELECT * FROM contacts WHERE tenant_id = $1 AND phone = $2', [world.tenantId, from]))[0];

describe('incoming messages', () => {
  it('are each stored by themselves where one of their batch cannot be, STOPs included', async () => {
    const { from, deliveryId } = await written();
    const { manager } = world.database;
    const endFault = await refuseRows(manager, 'messages', 'INSERT', `NEW.body = 'unbearable'`);
    const messages = [said(from, 'first'), said('+5511900000001', 'unbearable'), said(from, 'STOP')];
    await receive(...messages);
    await endFault();
    const stored = await world.sql<{ body: string }>(
      `SELECT body FROM messages WHERE tenant_id = $1 AND direction = 'in' ORDER BY id`,
      [world.tenantId],
    );
    expect(stored.map(({ body }) => body)).toEqual(['first', 'STOP']);
    expect(await contact(from)).toMatchObject({ opted_out_at: expect.any(Date) });
    expect(await world.recipient(deliveryId)).toMatchObject({ opted_out_at: expect.any(Date) });
  });

  it('are stored once, however often they are announced', async () => {
    const { from, deliveryId, campaignId } = await written();
    const message = said(from, 'Sounds good');
    await receive(message, message);
    await receive(message);
    const stored = await world.sql(`SELECT * FROM messages WHERE tenant_id = $1 AND direction = 'in'`, [
      world.tenantId,
    ]);
    expect(stored).toMatchObject([{ body: 'Sounds good', state: 'received', sender_id: phone.senderId }]);
    expect(await world.recipient(deliveryId)).toMatchObject({
      replied_at: expect.any(Date),
      opted_out_at: null,
    });
    const { ledger, counted } = await world.counts(campaignId);
    expect(ledger).toEqual(counted);
  });

  it('count as the reply to the latest campaign, and the first reply counts', async () => {
    // Created in the other order: what counts is when people were written to.
    const later = await world.campaign();
    const earlier = await written();
    await world.sql(
      `UPDATE deliveries SET phone = $1, contact_id = (SELECT contact_id FROM deliveries WHERE id = $2) WHERE id = $3`,
      [earlier.from, earlier.deliveryId, later.recipients[0]!.deliveryId],
    );
    await world.drive(world.worker(), later.recipients[0]!);
    const first = new Date();
    await receive(
      said(earlier.from, 'one', first),
      said(earlier.from, 'two', new Date(first.getTime() + 1_000)),
    );
    expect(await world.recipient(earlier.deliveryId)).toMatchObject({ replied_at: null });
    expect(await world.recipient(later.recipients[0]!.deliveryId)).toMatchObject({ replied_at: first });
  });

  it('answer a single message rather than the campaign before it, which then counts nothing', async () => {
    const campaign = await written();
    const single = await world.send({ to: [campaign.from] });
    await world.drive(world.worker(), single.recipients[0]!);
    await receive(said(campaign.from, 'Thank you for the parcel'));
    expect(await world.recipient(campaign.deliveryId)).toMatchObject({ replied_at: null });
  });

  it('are no reply to what was written after them, however late they come in', async () => {
    const { from, deliveryId } = await written();
    const before = new Date(Date.now() - 600_000);
    await receive(said(from, 'Where is my parcel?', before), said(from, 'STOP', before));
    expect(await world.recipient(deliveryId)).toMatchObject({ replied_at: null, opted_out_at: null });
    expect(await contact(from)).toMatchObject({ opted_out_at: expect.any(Date) });
  });

  it('are no reply to what was written more than a week ago', async () => {
    const { from, deliveryId } = await written();
    await world.sql(`UPDATE messages SET created_at = now() - interval '8 days' WHERE delivery_id = $1`, [
      deliveryId,
    ]);
    await receive(said(from, 'who are you?'));
    expect(await world.recipient(deliveryId)).toMatchObject({ replied_at: null });
  });

  it('STOP opts the contact out and marks the campaign it answers', async () => {
    const { from, deliveryId, campaignId } = await written();
    await receive(said(from, ' Stop! '));
    expect(await contact(from)).toMatchObject({ opted_out_at: expect.any(Date), opt_out_source: 'keyword' });
    expect(await world.recipient(deliveryId)).toMatchObject({
      opted_out_at: expect.any(Date),
      replied_at: null,
    });
    const { ledger, counted } = await world.counts(campaignId);
    expect(ledger).toEqual(counted);
  });

  it('STOP of an unknown number binds a later campaign', async () => {
    await receive(said('+5511988887777', 'SAIR'));
    expect(await contact('+5511988887777')).toMatchObject({ opted_out_at: expect.any(Date) });
  });

  it('from a number whose contact was merged are those of the contact it was merged into', async () => {
    const { from, deliveryId } = await written();
    const kept = await contact(from);
    const [first, second] = ['+5531988887771', '+5531988887772'];
    await receive(said(first, 'hi'), said(second, 'hi'));
    await merge(second, first);
    await merge(from, second);
    await receive(said(first, 'who are you?'));
    expect(await contact(first)).toBeUndefined();
    expect(await world.recipient(deliveryId)).toMatchObject({ replied_at: expect.any(Date) });
    await receive(said(first, 'stop'));
    expect(await contact(from)).toMatchObject({ id: kept?.['id'], opted_out_at: expect.any(Date) });
    expect(await world.recipient(deliveryId)).toMatchObject({ opted_out_at: expect.any(Date) });
    const consents = await world.sql('SELECT kind, contact_id FROM contact_consents WHERE tenant_id = $1', [
      world.tenantId,
    ]);
    expect(consents).toEqual([{ kind: 'withdrawn', contact_id: kept?.['id'] }]);
    await receive(said(second, 'start'));
    expect(await contact(from)).toMatchObject({ opted_out_at: null });
  });

  it('from a merged number that is imported again opt out the one contact', async () => {
    const { from } = await written();
    const other = '+5531988887773';
    await receive(said(other, 'hi'));
    await merge(from, other);
    await db.database.transaction((tx) => contacts().upsertMany(tx, world.tenantId, [{ phone: other }]));
    await receive(said(other, 'stop'));
    expect(await contact(other)).toBeUndefined();
    expect(await contact(from)).toMatchObject({ opted_out_at: expect.any(Date) });
  });

  it('a queued message does not leave when another number of the person is suppressed or says stop', async () => {
    const { recipients, phones } = await world.campaign({ recipients: 3 });
    const others = ['+5531988887774', '+5531988887775'];
    await receive(...others.map((other) => said(other, 'hi')));
    await merge(phones[0]!, others[0]!);
    await merge(phones[1]!, others[1]!);
    const suppressions = new SuppressionService({ database: db.database, clock: systemClock });
    await suppressions.add(world.tenantId, { phoneNumbers: [others[0]!] });
    await receive(said(others[1], 'stop'));
    for (const payload of recipients) await world.drive(world.worker(), payload);
    expect(phone.handed.map(({ to }) => to.phone ?? '')).toEqual([phones[2]]);
    for (const [index, code] of ['suppressed', 'opted_out'].entries()) {
      expect(await world.recipient(recipients[index]!.deliveryId)).toMatchObject({ state: 'skipped', code });
    }
  });

  it('START takes a contact back in; of STOP and START in one batch the last wins', async () => {
    const { from } = await written();
    await receive(said(from, 'STOP'), said(from, 'start'));
    expect(await contact(from)).toMatchObject({ opted_out_at: null });
    await receive(said(from, 'start'), said(from, 'stop'));
    expect(await contact(from)).toMatchObject({ opted_out_at: expect.any(Date) });
  });

  it('one that cannot be read does not hold up the others', async () => {
    const { from } = await written();
    await receive(
      said('12345@lid', 'hello'),
      { ...said(from, 'x'), waMessageId: '' },
      said(from, 'nul\u0000byte'),
    );
    const stored = await world.sql(`SELECT body FROM messages WHERE tenant_id = $1 AND direction = 'in'`, [
      world.tenantId,
    ]);
    expect(stored).toEqual([{ body: 'nulbyte' }]);
  });

  it("stay within their tenant, even from another tenant's contact", async () => {
    const { from, deliveryId } = await written();
    const stranger = await db.createTenant();
    await receiveAt(world.inbound, stranger, phone.senderId, [said(from, 'stop')]);
    expect(await contact(from)).toMatchObject({ opted_out_at: null });
    expect(await world.recipient(deliveryId)).toMatchObject({ opted_out_at: null });
  });
});

describe('a conversation', () => {
  const conversations = () =>
    world.sql<{ contact_id: string; sender_id: string; last_inbound_at: Date }>(
      'SELECT * FROM conversations WHERE tenant_id = $1 ORDER BY created_at',
      [world.tenantId],
    );

  it('has the time of the latest message, in whatever order they come, and never one to come', async () => {
    const from = '+5531988887776';
    const [early, late] = [new Date('2026-03-02T10:00:00Z'), new Date('2026-03-02T11:00:00Z')];
    const last = said(from, 'and this', late);
    await receive(said(from, 'this', early), last, said(from, 'before that', early));
    await receive(last);
    const found = await conversations();
    expect(found).toMatchObject([{ sender_id: phone.senderId, last_inbound_at: late }]);
    expect(found[0]?.contact_id).toBe((await contact(from))?.['id']);
    await receive(said(from, 'from a phone whose clock is wrong', new Date('2199-01-01T00:00:00Z')));
    const [held] = await world.sql<{ held: boolean }>(
      `SELECT last_inbound_at BETWEEN now() - interval '1 hour' AND now() AS held FROM conversations WHERE tenant_id = $1`,
      [world.tenantId],
    );
    expect(held).toEqual({ held: true });
  });

  it('goes over with a merge, where the later time wins, and ends with its sender', async () => {
    const other = await world.sender();
    const [kept, gone] = ['+5531988887777', '+5531988887778'];
    const [early, late] = [new Date('2026-03-02T10:00:00Z'), new Date('2026-03-02T11:00:00Z')];
    await receive(said(kept, 'hi', early), said(gone, 'hi', late));
    await receiveAt(world.inbound, world.tenantId, other.senderId, [said(gone, 'hello', early)]);
    await merge(kept, gone);
    const contactId = (await contact(kept))?.['id'];
    const found = await conversations();
    expect(found).toHaveLength(2);
    expect(found).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ contact_id: contactId, sender_id: phone.senderId, last_inbound_at: late }),
        expect.objectContaining({ contact_id: contactId, sender_id: other.senderId, last_inbound_at: early }),
      ]),
    );
    await world.sql('DELETE FROM senders WHERE id = $1', [other.senderId]);
    expect(await conversations()).toMatchObject([{ sender_id: phone.senderId }]);
    await receiveAt(world.inbound, world.tenantId, other.senderId, [said(kept, 'too late')]);
    expect(await conversations()).toHaveLength(1);
  });
});

describe('words that opt out', () => {
  const settings = () =>
    new SettingsService({
      database: db.database,
      clock: { now: () => new Date() },
      checkWindow: windowErrors,
    });
  const optedOut = async (from: string) => (await contact(from))?.['opted_out_at'] !== null;

  it.each(['ＳＴＯＰ', 'Désinscrire !', 'İPTAL', 'إِلْغَاء', 'बन्द', '수신 거부', '🛑 стоп 🛑', '停止。', 'הסר'])(
    'a person who writes "%s" is sent nothing more',
    async (text) => {
      const { from, deliveryId } = await written();
      await receive(said(from, text));
      expect(await optedOut(from)).toBe(true);
      expect(await world.recipient(deliveryId)).toMatchObject({ opted_out_at: expect.any(Date) });
    },
  );

  it('are those of the tenant from its next message on', async () => {
    const { from } = await written();
    await receive(said(from, 'chega'));
    expect(await optedOut(from)).toBe(false);
    await settings().update(world.tenantId, { optOutWords: { added: ['Chega!'], removed: ['alto'] } });
    await receive(said(from, 'alto'));
    expect(await optedOut(from)).toBe(false);
    await receive(said(from, 'CHEGA'));
    expect(await optedOut(from)).toBe(true);
    await settings().update(world.tenantId, { optInWords: { added: ['quero'] } });
    await receive(said(from, 'Quero 🙂'));
    expect(await optedOut(from)).toBe(false);
  });

  it('of one tenant are none of another', async () => {
    await settings().update(await db.createTenant(), {
      optOutWords: { added: ['chega'], removed: ['sair'] },
    });
    const { from } = await written();
    await receive(said(from, 'chega'));
    expect(await optedOut(from)).toBe(false);
    await receive(said(from, 'sair'));
    expect(await optedOut(from)).toBe(true);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { receive } from '../support/inbound.js';
import { ImportHarness } from './import-harness.js';
import { createContactWorld, page, type ContactWorld } from './world.js';
import { InboundService } from '../../src/modules/inbound/index.js';
import { insertSender } from '../support/rows.js';

let world: ContactWorld;
let tenantId: string;
const PHONE = '+5511987654321';

beforeAll(async () => {
  world = await createContactWorld();
});
beforeEach(async () => {
  tenantId = await world.test.createTenant();
  world.clock.current = new Date('2026-03-02T10:00:00Z');
});
afterAll(() => world.test.close());

const history = async (id: string) => (await world.consents.list(tenantId, id, page)).items;

describe('the consent of a contact', () => {
  it('is a history of who said what, when, and how one knows', async () => {
    const { id, consent } = await world.contacts.create(tenantId, { phoneNumber: PHONE });
    expect(consent).toBeNull();
    const line = await world.consents.add(tenantId, id, {
      kind: 'granted',
      source: ' web  form ',
      proof: 'https://shop.example/forms/17',
      at: '2026-01-05T08:00:00Z',
    });
    expect(line).toMatchObject({
      kind: 'granted',
      source: 'web form',
      proof: 'https://shop.example/forms/17',
      at: new Date('2026-01-05T08:00:00Z'),
      createdAt: world.clock.current,
    });
    expect((await world.contacts.get(tenantId, id)).consent).toMatchObject({
      kind: 'granted',
      source: 'web form',
    });
  });

  it('shown with the contact is what was said last, not what was written down last', async () => {
    const { id } = await world.contacts.create(tenantId, { phoneNumber: PHONE });
    await world.consents.add(tenantId, id, { kind: 'granted', source: 'shop', at: '2026-02-01T00:00:00Z' });
    await world.consents.add(tenantId, id, { kind: 'granted', source: 'fair', at: '2025-02-01T00:00:00Z' });
    expect((await world.contacts.get(tenantId, id)).consent?.source).toBe('shop');
    expect((await history(id)).map(({ source }) => source)).toEqual(['fair', 'shop']);
  });

  it('that is withdrawn opts out at once; one that is granted lifts no opt-out', async () => {
    const { id } = await world.contacts.create(tenantId, { phoneNumber: PHONE });
    await world.consents.add(tenantId, id, { kind: 'withdrawn', source: 'letter' });
    expect(await world.contacts.get(tenantId, id)).toMatchObject({
      optedOutAt: world.clock.current,
      consent: { kind: 'withdrawn', source: 'letter' },
    });
    await world.consents.add(tenantId, id, { kind: 'granted', source: 'web form' });
    expect((await world.contacts.get(tenantId, id)).optedOutAt).not.toBeNull();
  });

  it('without a source, in the future, or for an unknown contact, is refused', async () => {
    const { id } = await world.contacts.create(tenantId, { phoneNumber: PHONE });
    const granted = { kind: 'granted', source: 'shop' } as const;
    const invalidInputs = [
      [{ ...granted, source: ' ' }, 'source'],
      [{ ...granted, at: '2027-01-01T00:00:00Z' }, 'at'],
      [{ ...granted, at: 'yesterday' }, 'at'],
    ] as const;
    for (const [input, path] of invalidInputs) {
      await expect(world.consents.add(tenantId, id, input)).rejects.toMatchObject({ errors: [{ path }] });
    }
    const stranger = await world.test.createTenant();
    const notFound = { kind: 'not_found' };
    await expect(world.consents.add(stranger, id, granted)).rejects.toMatchObject(notFound);
    await expect(world.consents.list(stranger, id, page)).rejects.toMatchObject(notFound);
    expect(await history(id)).toEqual([]);
  });

  it('gets a line by itself from every opt-out and opt-in over the API, and none from a repeat', async () => {
    const { id } = await world.contacts.create(tenantId, { phoneNumber: PHONE, optedOut: true });
    await world.contacts.update(tenantId, id, { optedOut: true });
    await world.contacts.update(tenantId, id, { optedOut: false });
    await world.contacts.update(tenantId, id, { name: 'Ana' });
    expect(await history(id)).toMatchObject([
      { kind: 'granted', source: 'api' },
      { kind: 'withdrawn', source: 'api' },
    ]);
  });

  it('gets a line from keywords, with the message as proof', async () => {
    const { database, contacts, clock, logger } = world;
    const inbound = new InboundService({ database, people: world.identities, clock, logger });
    const senderId = await insertSender(world.database.manager, tenantId);
    const texts = ['STOP', 'stop', 'hello', 'START'];
    const entries = texts.map((text, index) => ({
      waMessageId: `ID${index}`,
      from: PHONE,
      text,
      at: '2026-03-02T09:00:00Z',
    }));
    await receive(inbound, tenantId, senderId, entries);
    await receive(inbound, tenantId, senderId, entries);
    const [contact] = (await contacts.list(tenantId, { phoneNumber: PHONE }, page)).items;
    expect(await history(contact?.id ?? '')).toMatchObject([
      { kind: 'granted', source: 'keyword', proof: 'WhatsApp message ID3' },
      { kind: 'withdrawn', source: 'keyword', proof: 'WhatsApp message ID0' },
    ]);
  });

  it('is recorded for all contacts in an imported file, once, except those who opted out', async () => {
    const harness = await ImportHarness.create();
    const owner = await harness.test.createTenant();
    const { id } = await harness.contacts.create(owner, { phoneNumber: PHONE, optedOut: true });
    const file = `phone,name\n${PHONE},Ana\n+5511987650001,Bia\n+5511987650002,Caio\n`;
    const options = { tenantId: owner, consentSource: 'newsletter form', fileName: 'may.csv' };
    await harness.run(file, options);
    await harness.run(file, options);
    const lines = await harness.test.database.manager.query(
      `SELECT c.phone, l.kind, l.source, l.proof FROM contact_consents l JOIN contacts c ON c.id = l.contact_id
       ORDER BY c.phone, l.id`,
    );
    expect(lines).toEqual([
      { phone: '+5511987650001', kind: 'granted', source: 'newsletter form', proof: 'may.csv' },
      { phone: '+5511987650002', kind: 'granted', source: 'newsletter form', proof: 'may.csv' },
      { phone: PHONE, kind: 'withdrawn', source: 'api', proof: null },
    ]);
    expect((await harness.contacts.get(owner, id)).optedOutAt).not.toBeNull();
    await harness.close();
  });
});

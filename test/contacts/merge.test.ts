import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/lib/ids.js';
import { createContactWorld, page, type ContactWorld } from './world.js';
import type { DeliveryState } from '../../src/modules/delivery/index.js';
import { insertSuppressions } from '../support/rows.js';

let world: ContactWorld;
let tenantId: string;
const FIRST = '+5511987654321';
const SECOND = '+5531987654321';

beforeAll(async () => {
  world = await createContactWorld();
});
beforeEach(async () => {
  tenantId = await world.test.createTenant();
});
afterAll(() => world.test.close());

async function contact(phone: string, name: string | null = null, owner = tenantId): Promise<string> {
  const [made] = await world.database.transaction((tx) =>
    world.contacts.upsertMany(tx, owner, [{ phone, name }]),
  );
  return made?.id ?? '';
}

describe('a merge', () => {
  it('keeps the number of the first and what both had', async () => {
    const friends = await world.lists.create(tenantId, { name: 'Friends' });
    const both = await world.lists.create(tenantId, { name: 'Both' });
    const kept = await world.contacts.create(tenantId, {
      phoneNumber: FIRST,
      attributes: { city: 'Recife' },
      tags: ['a'],
      listIds: [both.id],
    });
    const gone = await contact(SECOND, 'Ana');
    await world.contacts.update(tenantId, gone, {
      attributes: { city: 'Olinda', plan: 'gold' },
      tags: ['b'],
    });
    await world.lists.addMembers(tenantId, friends.id, [gone]);
    await world.lists.addMembers(tenantId, both.id, [gone]);
    await world.consents.add(tenantId, gone, { kind: 'granted', source: 'fair' });
    expect(await world.merges.merge(tenantId, kept.id, gone)).toMatchObject({
      id: kept.id,
      phone: FIRST,
      name: 'Ana',
      attributes: { city: 'Recife', plan: 'gold' },
      tags: ['a', 'b'],
      optedOutAt: null,
      consent: { kind: 'granted', source: 'fair' },
    });
    await expect(world.contacts.get(tenantId, gone)).rejects.toMatchObject({ kind: 'not_found' });
    expect((await world.lists.list(tenantId, page)).items.map(({ memberCount }) => memberCount)).toEqual([
      1, 1,
    ]);
  });

  it('lets an opt-out of either win, and keeps the other number from coming back reachable', async () => {
    const kept = await contact(FIRST);
    const gone = await contact(SECOND);
    await world.contacts.update(tenantId, gone, { optedOut: true });
    expect(await world.merges.merge(tenantId, kept, gone)).toMatchObject({ optedOutAt: world.clock.current });
    expect(await contact(SECOND)).toBe(kept);
  });

  it('moves the campaign history, and no contact gets a campaign twice', async () => {
    const kept = await contact(FIRST);
    const gone = await contact(SECOND);
    const of = (contactId: string, state: DeliveryState) => ({
      contactId,
      phone: contactId === kept ? FIRST : SECOND,
      state,
    });
    const past = await world.campaign(tenantId, [{ ...of(gone, 'sent'), body: 'Hello Ana' }]);
    const shared = await world.campaign(tenantId, [of(kept, 'queued'), of(gone, 'queued')]);
    const alone = await world.campaign(tenantId, [of(gone, 'pending')]);
    await world.merges.merge(tenantId, kept, gone);
    expect(await world.recipients(past)).toMatchObject([{ contactId: kept, phone: SECOND, state: 'sent' }]);
    expect(await world.recipients(shared)).toMatchObject([
      { contactId: kept, state: 'queued' },
      { contactId: kept, state: 'skipped', code: 'duplicate' },
    ]);
    expect(await world.counters(shared)).toEqual([
      { counter: 'queued', sum: 1 },
      { counter: 'skipped', sum: 1 },
    ]);
    expect(await world.recipients(alone)).toMatchObject([
      { contactId: kept, phone: FIRST, state: 'pending' },
    ]);
    const messages = await world.database.manager.query(
      'SELECT contact_id FROM messages WHERE tenant_id = $1',
      [tenantId],
    );
    expect(messages).toEqual([{ contact_id: kept }]);
  });

  it('takes a suppression along: the person is not reached by another number instead', async () => {
    const kept = await contact(FIRST);
    const gone = await contact(SECOND);
    await world.suppressions.add(tenantId, { phoneNumbers: ['+5511955550000'] });
    await insertSuppressions(world.database.manager, tenantId, [SECOND], { reason: 'complained' });
    await world.merges.merge(tenantId, kept, gone);
    const { items } = await world.suppressions.list(tenantId, {}, page);
    const found = items.filter(({ reason }) => reason === 'complained').map(({ address }) => address);
    expect(found.toSorted()).toEqual([SECOND, FIRST].toSorted());
    expect(items).toHaveLength(3);
  });

  it('leaves what was begun, or may have got through, at the number where it was begun', async () => {
    const kept = await contact(FIRST);
    const gone = await contact(SECOND);
    const waiting = { contactId: gone, phone: SECOND, state: 'queued' as const };
    const second = await world.campaign(tenantId, [waiting]);
    await world.database.manager.query('UPDATE deliveries SET next_part = 1 WHERE campaign_id = $1', [
      second,
    ]);
    const lost = await world.campaign(tenantId, [{ ...waiting, body: 'Hello Ana' }]);
    await world.database.manager.query(
      `UPDATE messages SET state = 'queued', wa_message_id = 'interrupted' WHERE campaign_id = $1`,
      [lost],
    );
    const both = await world.campaign(tenantId, [
      { ...waiting, body: 'Hello Ana' },
      { contactId: kept, phone: FIRST, state: 'queued' },
    ]);
    await world.database.manager.query(
      `UPDATE messages SET state = 'queued', wa_message_id = 'also' WHERE campaign_id = $1`,
      [both],
    );
    await world.merges.merge(tenantId, kept, gone);
    for (const campaignId of [second, lost, both]) {
      expect((await world.recipients(campaignId))[0]).toMatchObject({
        contactId: kept,
        phone: SECOND,
        state: 'queued',
      });
    }
  });

  it('loses no direct message: those of one request that say different things all leave', async () => {
    const kept = await contact(FIRST);
    const gone = await contact(SECOND);
    const of = (texts: [string | string[], string | string[]]) =>
      world.direct(tenantId, [
        { contactId: kept, phone: FIRST, state: 'queued', body: texts[0] },
        { contactId: gone, phone: SECOND, state: 'queued', body: texts[1] },
      ]);
    const orders = await of(['Order 1 is ready', 'Order 2 is ready']);
    const parts = await of([
      ['Hi Ana', 'Bye'],
      ['Hi Bia', 'Bye'],
    ]);
    const news = await of(['We open at nine', 'We open at nine']);
    await world.merges.merge(tenantId, kept, gone);
    for (const different of [orders, parts]) {
      expect(await world.recipients(different)).toMatchObject([
        { contactId: kept, phone: FIRST, state: 'queued' },
        { contactId: kept, phone: FIRST, state: 'queued' },
      ]);
    }
    expect(await world.recipients(news)).toMatchObject([
      { phone: FIRST, state: 'queued' },
      { phone: SECOND, state: 'skipped', code: 'duplicate' },
    ]);
    // And once more: all that wait go to the third number.
    const third = await contact('+5521987654321');
    await world.merges.merge(tenantId, third, kept);
    const waiting = { phone: '+5521987654321', state: 'queued' };
    expect(await world.recipients(orders)).toMatchObject([waiting, waiting]);
  });

  it('and its opposite at the same moment: exactly one of them happens', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [a, b] = [await contact(FIRST), await contact(SECOND)];
      await world.campaign(tenantId, [{ contactId: a, phone: FIRST, state: 'queued' }]);
      await world.campaign(tenantId, [{ contactId: b, phone: SECOND, state: 'queued' }]);
      const outcomes = await Promise.allSettled([
        world.merges.merge(tenantId, a, b),
        world.merges.merge(tenantId, b, a),
        world.merges.merge(tenantId, a, b),
      ]);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected')
          expect(['invalid', 'not_found']).toContain((outcome.reason as { kind?: string }).kind);
      }
      const { items } = await world.contacts.list(tenantId, {}, page);
      expect(items).toHaveLength(1);
      await world.contacts.remove(tenantId, items[0]?.id ?? '');
    }
  });

  it('with itself, with an unknown contact, or with one of another tenant is refused', async () => {
    const own = await contact(FIRST);
    const foreign = await contact(SECOND, null, await world.test.createTenant());
    for (const other of [own, own.toUpperCase(), newId(), foreign]) {
      await expect(world.merges.merge(tenantId, own, other)).rejects.toMatchObject({
        kind: 'invalid',
        errors: [{ path: 'contactId' }],
      });
    }
    await expect(world.merges.merge(tenantId, foreign, own)).rejects.toMatchObject({ kind: 'not_found' });
    expect(await world.contacts.get(tenantId, own)).toMatchObject({ id: own });
  });
});

describe('likely duplicates', () => {
  it('have the same name and the same last digits', async () => {
    await contact('+5511987654321', 'Ana');
    const named = [
      await contact('+5521933330000', 'Bia Souza'),
      await contact('+5531933330000', 'BIA SOUZA'),
    ];
    await contact('+5541933330000', 'Caio');
    await contact('+5511955550000', 'Ana');
    await contact(SECOND, 'Ana', await world.test.createTenant());
    await contact('+5541987654321', null);
    const { items, nextCursor } = await world.merges.duplicates(tenantId, page);
    expect(nextCursor).toBeNull();
    expect(items.map(({ reason, contacts }) => ({ reason, ids: contacts.map(({ id }) => id) }))).toEqual([
      { reason: 'same_name_and_digits', ids: named },
    ]);
  });

  it('come page by page', async () => {
    for (let index = 0; index < 5; index += 1) {
      await contact(`+55119876500${index}0`, 'Ana');
      await contact(`+55219876500${index}0`, 'Ana');
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const found = await world.merges.duplicates(tenantId, { limit: 2, cursor });
      seen.push(...found.items.map(({ contacts }) => contacts[0]?.phone ?? ''));
      cursor = found.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual([0, 1, 2, 3, 4].map((index) => `+55119876500${index}0`));
  });

  it.each([
    ['Brazil', '+5511987654321', '+551187654321'],
    ['Mexico', '+5215512345678', '+525512345678'],
    ['Argentina', '+5491123456789', '+541123456789'],
  ])('are never two forms of one line, of which there is one contact: %s', async (_, form, other) => {
    expect(await contact(form, 'Ana')).toBe(await contact(other, 'Ana'));
    expect((await world.merges.duplicates(tenantId, page)).items).toEqual([]);
    expect(await world.contacts.list(tenantId, {}, page)).toMatchObject({ items: [{ phone: form }] });
  });
});

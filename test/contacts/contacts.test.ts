import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/lib/ids.js';
import { ContactService, ListService, SuppressionService } from '../../src/modules/contacts/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { brazilian } from './import-harness.js';

let test: TestDatabase;
let tenantId: string;
let stranger: string;
let contacts: ContactService;
let lists: ListService;
let suppressions: SuppressionService;
let now = new Date('2026-01-01T00:00:00Z');
const clock = { now: () => now };
const page = { limit: 50 };

beforeAll(async () => {
  test = await createTestDatabase();
  const deps = { database: test.database, clock, defaultCountry: 'BR' };
  contacts = new ContactService(deps);
  lists = new ListService(deps);
  suppressions = new SuppressionService(deps);
});
beforeEach(async () => {
  tenantId = await test.createTenant();
  stranger = await test.createTenant();
  now = new Date('2026-01-01T00:00:00Z');
});
afterAll(() => test.close());

const PHONE = '+5511987654321';
const notFound = { kind: 'not_found' };

describe('a contact', () => {
  it('is stored with its number in E.164', async () => {
    const contact = await contacts.create(tenantId, {
      phoneNumber: '(11) 98765-4321',
      name: '  Ana   Silva ',
      attributes: { city: 'Recife', visits: 3 },
    });
    expect(await contacts.get(tenantId, contact.id)).toMatchObject({
      phone: PHONE,
      name: 'Ana Silva',
      attributes: { city: 'Recife', visits: 3 },
      optedOutAt: null,
    });
  });

  it('with a number the tenant has already is a conflict that names the other', async () => {
    const first = await contacts.create(tenantId, { phoneNumber: PHONE });
    await expect(contacts.create(tenantId, { phoneNumber: '11 98765 4321' })).rejects.toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining(first.id),
    });
    await contacts.create(stranger, { phoneNumber: PHONE });
  });

  it('is known by each identity it is given, and goes by the number, the LID, the business-scoped id', async () => {
    await suppressions.add(tenantId, { lids: ['19000001'], scope: 'marketing' });
    const scoped = { id: 'BR.one', portfolio: 'p1' };
    const all = await contacts.create(tenantId, {
      phoneNumber: PHONE,
      lid: '19000001',
      businessScopedId: scoped,
    });
    const lines = (contact: { identities: { line: string }[] }) =>
      contact.identities.map(({ line }) => line).toSorted();
    expect(all.phone).toBe(PHONE);
    expect(lines(all)).toEqual([PHONE, 'bsuid:p1:BR.one', 'lid:19000001']);
    const { items } = await suppressions.list(tenantId, {}, page);
    expect(items.map(({ line, scope }) => `${line} ${scope}`).toSorted()).toEqual(
      lines(all).map((line) => `${line} marketing`),
    );
    const hidden = await contacts.create(tenantId, { lid: '19000002', name: 'Bia' });
    expect(hidden).toMatchObject({ phone: null, name: 'Bia', line: 'lid:19000002' });
    // The same id in another portfolio is somebody else.
    await contacts.create(tenantId, { businessScopedId: { id: 'BR.one', portfolio: 'p2' } });
    await contacts.create(tenantId, { businessScopedId: { id: 'BR.one' } });
    await contacts.create(stranger, { lid: '19000001' });
  });

  it('with an identity the tenant has already is a conflict that names the field and the other, and nothing is written', async () => {
    const first = await contacts.create(tenantId, { phoneNumber: PHONE, lid: '19000001' });
    for (const [input, path] of [
      [{ lid: '19000001' }, 'lid'],
      [{ phoneNumber: '+5511987654322', lid: '19000001' }, 'lid'],
      [{ phoneNumber: '11 98765 4321', lid: '19000002' }, 'phoneNumber'],
    ] as const) {
      await expect(contacts.create(tenantId, input)).rejects.toMatchObject({
        code: 'contact_exists',
        message: expect.stringContaining(first.id),
        errors: [{ path }],
      });
    }
    expect((await contacts.list(tenantId, {}, page)).items).toHaveLength(1);
    expect(await contacts.create(tenantId, { lid: '19000002' })).toMatchObject({ phone: null });
  });

  it('is made once by requests at the same moment that name some of the same identities', async () => {
    const person = (index: number) => ({
      ...(index % 3 !== 0 && { phoneNumber: PHONE }),
      ...(index % 3 !== 1 && { lid: '19000001' }),
      ...(index % 3 !== 2 && { businessScopedId: { id: 'BR.one' } }),
    });
    const made = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) => contacts.create(tenantId, person(index))),
    );
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const reasons = made.flatMap((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : []));
    expect(new Set(reasons)).toEqual(new Set(['contact_exists']));
    expect((await contacts.list(tenantId, {}, page)).items).toHaveLength(1);
  });

  it('with a bad number or bad attributes is refused, naming the field', async () => {
    const tooMany = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`key${index}`, 1]));
    const cases: [Parameters<ContactService['create']>[1], string][] = [
      [{ phoneNumber: 'nobody' }, 'phoneNumber'],
      [{}, 'phoneNumber'],
      [{ phoneNumber: null, lid: '19000@lid' }, 'lid'],
      [{ phoneNumber: PHONE, lid: '' }, 'lid'],
      [{ businessScopedId: { id: 'one' } }, 'businessScopedId.id'],
      [{ businessScopedId: { id: 'BR.one', portfolio: 'a:b' } }, 'businessScopedId.portfolio'],
      [{ phoneNumber: PHONE, attributes: { 'bad key': 1 } }, 'attributes.bad key'],
      [{ phoneNumber: PHONE, attributes: { name: 'x' } }, 'attributes.name'],
      [{ phoneNumber: PHONE, attributes: JSON.parse('{"__proto__":1}') }, 'attributes.__proto__'],
      [{ phoneNumber: PHONE, attributes: { a: 'x'.repeat(5_000) } }, 'attributes.a'],
      [{ phoneNumber: PHONE, attributes: { a: 'x\0y' } }, 'attributes.a'],
      [{ phoneNumber: PHONE, attributes: { a: '\ud800' } }, 'attributes.a'],
      [{ phoneNumber: PHONE, attributes: tooMany }, 'attributes'],
      [{ phoneNumber: PHONE, listIds: [newId()] }, 'listIds'],
    ];
    for (const [input, path] of cases) {
      await expect(contacts.create(tenantId, input)).rejects.toMatchObject({
        kind: 'invalid',
        errors: [{ path }],
      });
    }
    expect((await contacts.list(tenantId, {}, page)).items).toEqual([]);
    await contacts.create(tenantId, { phoneNumber: PHONE, attributes: { a: 'a \\u0000 in words' } });
  });

  it('is changed where a change is given', async () => {
    const { id } = await contacts.create(tenantId, {
      phoneNumber: PHONE,
      name: 'Ana',
      attributes: { city: 'Recife', plan: 'gold' },
    });
    now = new Date('2026-02-01T00:00:00Z');
    expect(await contacts.update(tenantId, id, { attributes: { city: 'Olinda', plan: null } })).toMatchObject(
      { name: 'Ana', attributes: { city: 'Olinda' }, updatedAt: now },
    );
    await contacts.update(tenantId, id, { attributes: { age: 30 }, attributesMode: 'replace', name: null });
    expect(await contacts.get(tenantId, id)).toMatchObject({ name: null, attributes: { age: 30 } });
    expect(await contacts.update(tenantId, id, { optedOut: true })).toMatchObject({
      optedOutAt: now,
      optOutSource: 'api',
    });
    expect(await contacts.update(tenantId, id, { optedOut: false })).toMatchObject({
      optedOutAt: null,
      optOutSource: null,
    });
  });

  it('is gone once removed', async () => {
    const { id } = await contacts.create(tenantId, { phoneNumber: PHONE });
    await contacts.remove(tenantId, id);
    await expect(contacts.get(tenantId, id)).rejects.toMatchObject(notFound);
    await expect(contacts.remove(tenantId, id)).rejects.toMatchObject(notFound);
  });
});

describe('the list of contacts', () => {
  it('is filtered by name, number, list and opt-out', async () => {
    const vip = await lists.create(tenantId, { name: 'VIP' });
    await contacts.create(tenantId, { phoneNumber: PHONE, name: 'Ana Silva', listIds: [vip.id] });
    await contacts.create(tenantId, { phoneNumber: '+4930123456', name: '50% Silvério', optedOut: true });
    await contacts.create(tenantId, { phoneNumber: '+12025550143' });
    const names = async (filter: Parameters<ContactService['list']>[1]) =>
      (await contacts.list(tenantId, filter, page)).items.map(({ phone }) => phone);
    expect(await names({})).toEqual(['+12025550143', '+4930123456', PHONE]);
    expect(await names({ q: 'silv' })).toEqual(['+4930123456', PHONE]);
    expect(await names({ q: 'ana' })).toEqual([PHONE]);
    expect(await names({ q: '50%' })).toEqual(['+4930123456']);
    await expect(names({ q: '%' })).rejects.toMatchObject({ errors: [{ path: 'q' }] });
    expect(await names({ q: '%ana' })).toEqual([]);
    expect(await names({ q: '+55 (11)' })).toEqual([PHONE]);
    expect(await names({ phoneNumber: '11987654321' })).toEqual([PHONE]);
    expect(await names({ listId: vip.id })).toEqual([PHONE]);
    expect(await names({ optedOut: true })).toEqual(['+4930123456']);
    expect(await names({ optedOut: false, q: 'Silv' })).toEqual([PHONE]);
    await expect(names({ listId: newId() })).rejects.toMatchObject(notFound);
    await expect(names({ phoneNumber: 'x' })).rejects.toMatchObject({ errors: [{ path: 'phoneNumber' }] });
  });

  it('comes in pages that neither repeat nor leave out', async () => {
    for (let index = 0; index < 5; index += 1) {
      await contacts.create(tenantId, { phoneNumber: brazilian(index) });
    }
    const seen: (string | null)[] = [];
    let cursor: string | undefined;
    do {
      const next = await contacts.list(tenantId, {}, { limit: 2, cursor });
      seen.push(...next.items.map(({ phone }) => phone));
      cursor = next.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual([4, 3, 2, 1, 0].map(brazilian));
    await expect(contacts.list(tenantId, {}, { limit: 2, cursor: 'x' })).rejects.toMatchObject({
      errors: [{ path: 'cursor' }],
    });
  });
});

describe('what other modules ask for', () => {
  it('upsertMany returns one contact per number and merges what is given', async () => {
    const old = await contacts.create(tenantId, {
      phoneNumber: PHONE,
      name: 'Ana',
      attributes: { city: 'Recife' },
    });
    const rows = await test.database.transaction((tx) =>
      contacts.upsertMany(tx, tenantId, [
        { phone: PHONE, attributes: { plan: 'gold' } },
        { phone: brazilian(1), name: 'Bia' },
        { phone: brazilian(1), name: 'Beatriz', attributes: { a: 1 } },
        { phone: brazilian(2) },
      ]),
    );
    expect(rows).toHaveLength(3);
    expect(rows.find(({ phone }) => phone === PHONE)?.id).toBe(old.id);
    expect(await contacts.get(tenantId, old.id)).toMatchObject({
      name: 'Ana',
      attributes: { city: 'Recife', plan: 'gold' },
    });
    const beatriz = rows.find(({ phone }) => phone === brazilian(1))?.id ?? '';
    expect(await contacts.get(tenantId, beatriz)).toMatchObject({ name: 'Beatriz', attributes: { a: 1 } });
  });

  it('upsertMany handles thousands, and none', async () => {
    const many = Array.from({ length: 2_500 }, (_, index) => ({ phone: brazilian(index) }));
    const rows = await test.database.transaction((tx) => contacts.upsertMany(tx, tenantId, many));
    expect(new Set(rows.map(({ id }) => id)).size).toBe(2_500);
    expect(await contacts.upsertMany(test.database.manager, tenantId, [])).toEqual([]);
  });

  it('an opt-out holds until an opt-in, and keeps its first time', async () => {
    const { manager } = test.database;
    await contacts.optOut(manager, tenantId, PHONE, 'keyword');
    now = new Date('2026-03-01T00:00:00Z');
    await contacts.optOut(manager, tenantId, PHONE, 'api');
    const [contact] = (await contacts.list(tenantId, { optedOut: true }, page)).items;
    expect(contact).toMatchObject({
      phone: PHONE,
      optedOutAt: new Date('2026-01-01T00:00:00Z'),
      optOutSource: 'keyword',
    });
    await contacts.optIn(manager, stranger, PHONE);
    expect((await contacts.list(tenantId, { optedOut: true }, page)).items).toHaveLength(1);
    await contacts.optIn(manager, tenantId, PHONE);
    expect((await contacts.list(tenantId, { optedOut: true }, page)).items).toEqual([]);
  });
});

describe('a list', () => {
  it('counts its members; adding twice and removing work', async () => {
    const list = await lists.create(tenantId, { name: 'VIP' });
    const { id } = await contacts.create(tenantId, { phoneNumber: PHONE });
    expect(await lists.addMembers(tenantId, list.id, [id, id])).toEqual({ added: 1 });
    expect(await lists.addMembers(tenantId, list.id, [id])).toEqual({ added: 0 });
    expect(await lists.get(tenantId, list.id)).toMatchObject({ name: 'VIP', memberCount: 1 });
    await expect(lists.addMembers(tenantId, list.id, [newId()])).rejects.toMatchObject({
      errors: [{ path: 'contactIds' }],
    });
    await lists.removeMember(tenantId, list.id, id);
    await expect(lists.removeMember(tenantId, list.id, id)).rejects.toMatchObject(notFound);
    expect(await lists.get(tenantId, list.id)).toMatchObject({ memberCount: 0 });
  });

  it('has a name of its own', async () => {
    const vip = await lists.create(tenantId, { name: 'VIP' });
    const other = await lists.create(tenantId, { name: 'Other' });
    const conflict = { kind: 'conflict', message: expect.stringContaining(vip.id) };
    await expect(lists.create(tenantId, { name: ' VIP ' })).rejects.toMatchObject(conflict);
    await expect(lists.rename(tenantId, other.id, 'VIP')).rejects.toMatchObject(conflict);
    await expect(lists.create(tenantId, { name: '  ' })).rejects.toMatchObject({ kind: 'invalid' });
    expect(await lists.rename(tenantId, vip.id, 'Gold')).toMatchObject({ id: vip.id, name: 'Gold' });
  });

  it('leaves its contacts when it is removed', async () => {
    const list = await lists.create(tenantId, { name: 'VIP' });
    const { id } = await contacts.create(tenantId, { phoneNumber: PHONE, listIds: [list.id] });
    await lists.remove(tenantId, list.id);
    await expect(lists.get(tenantId, list.id)).rejects.toMatchObject(notFound);
    expect(await contacts.get(tenantId, id)).toMatchObject({ phone: PHONE });
  });
});

describe('the suppression list', () => {
  it('holds each number once and names every bad one', async () => {
    const added = await suppressions.add(tenantId, {
      phoneNumbers: [PHONE, '(11) 98765-4321', '+4930123456'],
      reason: 'asked by mail',
    });
    expect(added.map(({ address }) => address).toSorted()).toEqual(['+4930123456', PHONE]);
    await suppressions.add(tenantId, { phoneNumbers: [PHONE], reason: 'again' });
    const all = await suppressions.list(tenantId, {}, page);
    expect(all.items).toHaveLength(2);
    expect((await suppressions.list(tenantId, { phoneNumber: '+55' }, page)).items).toMatchObject([
      { address: PHONE, reason: 'asked by mail' },
    ]);
    await expect(suppressions.add(tenantId, { phoneNumbers: [PHONE, 'x', ''] })).rejects.toMatchObject({
      errors: [{ path: 'phoneNumbers[1]' }, { path: 'phoneNumbers[2]' }],
    });
    await suppressions.remove(tenantId, all.items[0]?.id ?? '');
    expect((await suppressions.list(tenantId, {}, page)).items).toHaveLength(1);
  });
});

describe('a tenant neither sees nor touches what is another tenant’s', () => {
  it('contacts', async () => {
    const { id } = await contacts.create(tenantId, { phoneNumber: PHONE, name: 'Ana' });
    expect((await contacts.list(stranger, {}, page)).items).toEqual([]);
    expect((await contacts.list(stranger, { phoneNumber: PHONE }, page)).items).toEqual([]);
    await expect(contacts.get(stranger, id)).rejects.toMatchObject(notFound);
    await expect(contacts.update(stranger, id, { name: 'x' })).rejects.toMatchObject(notFound);
    await expect(contacts.remove(stranger, id)).rejects.toMatchObject(notFound);
    const [own] = await contacts.upsertMany(test.database.manager, stranger, [{ phone: PHONE, name: 'x' }]);
    expect(own?.id).not.toBe(id);
    await contacts.optOut(test.database.manager, stranger, PHONE, 'api');
    expect(await contacts.get(tenantId, id)).toMatchObject({ name: 'Ana', optedOutAt: null });
  });

  it('lists', async () => {
    const list = await lists.create(tenantId, { name: 'VIP' });
    const { id } = await contacts.create(tenantId, { phoneNumber: PHONE, listIds: [list.id] });
    const foreign = await contacts.create(stranger, { phoneNumber: PHONE });
    expect((await lists.list(stranger, page)).items).toEqual([]);
    await expect(lists.get(stranger, list.id)).rejects.toMatchObject(notFound);
    await expect(lists.rename(stranger, list.id, 'x')).rejects.toMatchObject(notFound);
    await expect(lists.remove(stranger, list.id)).rejects.toMatchObject(notFound);
    await expect(lists.addMembers(stranger, list.id, [foreign.id])).rejects.toMatchObject(notFound);
    await expect(lists.addMembers(tenantId, list.id, [foreign.id])).rejects.toMatchObject({
      kind: 'invalid',
    });
    await expect(lists.removeMember(stranger, list.id, id)).rejects.toMatchObject(notFound);
    await expect(contacts.list(stranger, { listId: list.id }, page)).rejects.toMatchObject(notFound);
    await expect(
      contacts.create(stranger, { phoneNumber: brazilian(1), listIds: [list.id] }),
    ).rejects.toMatchObject({ kind: 'invalid' });
    await lists.create(stranger, { name: 'VIP' });
    expect(await lists.get(tenantId, list.id)).toMatchObject({ name: 'VIP', memberCount: 1 });
  });

  it('suppressions', async () => {
    const [suppression] = await suppressions.add(tenantId, { phoneNumbers: [PHONE] });
    expect((await suppressions.list(stranger, {}, page)).items).toEqual([]);
    await expect(suppressions.remove(stranger, suppression?.id ?? '')).rejects.toMatchObject(notFound);
    await suppressions.add(stranger, { phoneNumbers: [PHONE] });
    expect((await suppressions.list(tenantId, {}, page)).items).toMatchObject([{ id: suppression?.id }]);
  });
});

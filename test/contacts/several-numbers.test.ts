import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { knownNumbers } from '../../src/modules/contacts/index.js';
import { ADDRESSES } from '../../src/modules/contacts/identities/identity.repository.js';
import { createContactWorld, page, type ContactWorld } from './world.js';

let world: ContactWorld;
let tenantId: string;
const A = '+5511987654321';
const B = '+5531987654321';
const C = '+5521987654321';
const OTHER_FORM_OF_B = '+553187654321';

beforeAll(async () => {
  world = await createContactWorld();
});
beforeEach(async () => {
  tenantId = await world.test.createTenant();
});
afterAll(() => world.test.close());

/** As an import writes it. */
async function contact(phone: string): Promise<string> {
  const [made] = await world.database.transaction((tx) =>
    world.contacts.upsertMany(tx, tenantId, [{ phone }]),
  );
  return made?.id ?? '';
}

/** The person of A, who had C, then B, then A: both are merged. */
async function merged(): Promise<string> {
  const [a, b, c] = [await contact(A), await contact(B), await contact(C)];
  await world.merges.merge(tenantId, b, c);
  await world.merges.merge(tenantId, a, b);
  return a;
}

/** Which of her numbers would get a message. */
async function reachable(): Promise<string[]> {
  const known = await knownNumbers(world.database.manager, tenantId, [A, B, C]);
  return known.filter(({ optedOutAt, suppressed }) => !optedOutAt && !suppressed).map(({ line }) => line);
}

const stop = (phone: string) =>
  world.database.transaction((tx) => world.contacts.optOut(tx, tenantId, phone, 'keyword'));
const start = (phone: string) =>
  world.database.transaction((tx) => world.contacts.optIn(tx, tenantId, phone));
const suppress = (phone: string) =>
  world.suppressions.add(tenantId, { phoneNumbers: [phone], reason: 'complained' });
async function lift(phone: string): Promise<void> {
  const { items } = await world.suppressions.list(tenantId, { phoneNumber: phone }, page);
  await world.suppressions.remove(tenantId, items[0]?.id ?? '');
}
const editAll = (a: string, optedOut: boolean) =>
  world.bulkEdits.edit(tenantId, { contactIds: [a], changes: { optedOut } });

type Act = (a: string) => Promise<unknown>;
const change =
  (optedOut: boolean): Act =>
  (a) =>
    world.contacts.update(tenantId, a, { optedOut });

const ways: [way: string, act: Act, undo: Act][] = [
  ['STOP from the number that stayed, START from another', () => stop(A), () => start(B)],
  ['STOP from one that went, START from the one that stayed', () => stop(OTHER_FORM_OF_B), () => start(A)],
  ['STOP from the first of three', () => stop(C), () => start(C)],
  ['a change of the contact', change(true), change(false)],
  ['a bulk edit', (a) => editAll(a, true), (a) => editAll(a, false)],
  [
    'a withdrawn consent',
    (a) => world.consents.add(tenantId, a, { kind: 'withdrawn', source: 'phone' }),
    change(false),
  ],
  ['a suppression of the number that stayed', () => suppress(A), () => lift(B)],
  ['a suppression of one that went', () => suppress(OTHER_FORM_OF_B), () => lift(A)],
  ['a suppression of the first of three', () => suppress(C), () => lift(C)],
];

describe.each(ways)(
  'a person with three numbers is left alone at all of them by %s, until it is undone',
  (_, act, undo) => {
    it.each(['before', 'after', 'never'])('another of the numbers is imported again: %s', async (when) => {
      const a = await merged();
      if (when === 'before') await contact(B);
      expect(await reachable()).toEqual([A, B, C]);
      await act(a);
      if (when === 'after') await contact(B);
      expect(await reachable()).toEqual([]);
      await undo(a);
      expect(await reachable()).toEqual([A, B, C]);
    });
  },
);

it('a number of a person is no new contact: it is refused, and an import of it changes that person', async () => {
  const a = await merged();
  await expect(world.contacts.create(tenantId, { phoneNumber: B })).rejects.toMatchObject({
    code: 'contact_exists',
    message: expect.stringContaining(a),
  });
  expect(await contact(B)).toBe(a);
  const both = await world.database.transaction((tx) =>
    world.contacts.upsertMany(tx, tenantId, [
      { phone: B, name: 'Ana' },
      { phone: C, name: 'Ana Maria' },
    ]),
  );
  expect(both.map(({ id, phone }) => [id, phone])).toEqual([
    [a, A],
    [a, A],
  ]);
  expect(await world.contacts.get(tenantId, a)).toMatchObject({ name: 'Ana Maria', phone: A });
});

it('what holds for either of two contacts holds for all numbers when they are merged', async () => {
  for (const hold of [() => stop(A), () => suppress(A), () => stop(B), () => suppress(B)]) {
    tenantId = await world.test.createTenant();
    const [a, b] = [await contact(A), await contact(B)];
    await contact(C);
    await hold();
    await world.merges.merge(tenantId, a, b);
    await contact(B);
    expect(await reachable()).toEqual([C]);
  }
});

it('an opt-in lifts no suppression by a user, also of a number that was suppressed by the opt-out before', async () => {
  await merged();
  await stop(A);
  await suppress(B);
  await start(A);
  expect(await reachable()).toEqual([]);
  await lift(C);
  expect(await reachable()).toEqual([A, B, C]);
});

it.each([
  ['deleted after an opt-out', false, (a: string) => world.contacts.remove(tenantId, a)],
  ['erased after an opt-out', false, (a: string) => world.people.erase(tenantId, a)],
  ['erased and suppressed', true, (a: string) => world.people.erase(tenantId, a, { suppress: true })],
])(
  'a person who was %s stays suppressed at every number, until one entry is removed',
  async (_, reached, remove) => {
    const a = await merged();
    if (!reached) await stop(A);
    await remove(a);
    for (const phone of [A, B, C]) await contact(phone);
    expect(await reachable()).toEqual([]);
    await start(B);
    expect(await reachable()).toEqual([]);
    await lift(B);
    expect(await reachable()).toEqual([A, B, C]);
  },
);

it('an erasure leaves no trace of any number', async () => {
  const a = await merged();
  await stop(A);
  expect(await world.people.export(tenantId, a)).toMatchObject({
    identities: [{ value: A }, { value: C }, { value: B }],
    changes: [{ kind: 'merged' }, { kind: 'merged' }],
  });
  expect(await world.people.erase(tenantId, a, { suppress: false })).toEqual({ suppressed: false });
  expect((await world.suppressions.list(tenantId, {}, page)).items).toEqual([]);
});

it('a suppression that comes during a merge counts for both numbers', async () => {
  const [a, b] = [await contact(A), await contact(B)];
  await Promise.all([world.merges.merge(tenantId, a, b), suppress(B), stop(C)]);
  expect(await reachable()).toEqual([]);
});

it('another tenant, and another person, are not concerned', async () => {
  await merged();
  const stranger = await world.test.createTenant();
  await world.database.transaction((tx) => world.contacts.upsertMany(tx, stranger, [{ phone: B }]));
  await world.suppressions.add(stranger, { phoneNumbers: [B] });
  await world.suppressions.add(tenantId, { phoneNumbers: ['+5511955550000'] });
  expect(await reachable()).toEqual([A, B, C]);
});

it('the numbers of a person are found through indexes', async () => {
  const { manager } = world.database;
  await manager.query(
    `INSERT INTO contacts (id, tenant_id, phone)
     SELECT gen_random_uuid(), $1, '+55119' || (80000000 + position)::text FROM generate_series(1, 20000) AS position`,
    [tenantId],
  );
  await manager.query(
    `INSERT INTO contact_identities (id, tenant_id, contact_id, kind, value, since)
     SELECT gen_random_uuid(), tenant_id, id, 'phone', replace(phone, '+55119', '+55219'), now()
     FROM contacts WHERE tenant_id = $1`,
    [tenantId],
  );
  await manager.query('ANALYZE contacts, contact_identities');
  const rows: { 'QUERY PLAN': string }[] = await manager.query(`EXPLAIN ${ADDRESSES}`, [tenantId, [A]]);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('Index Scan');
  expect(plan).not.toContain('Seq Scan');
});

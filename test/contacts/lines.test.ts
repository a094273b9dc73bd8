import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NumberCheckService, knownNumbers } from '../../src/modules/contacts/index.js';
import { SegmentService } from '../../src/modules/segments/index.js';
import { insertNumberCheck } from '../support/rows.js';
import { ImportHarness } from './import-harness.js';
import { createContactWorld, page, type ContactWorld } from './world.js';

let world: ContactWorld;
let tenantId: string;
/** A Brazilian mobile number as files have it today, and as WhatsApp may report it. */
const TODAY = '+5531981234567';
const OLD = '+553181234567';
const FORMS: [given: string, other: string][] = [
  [TODAY, OLD],
  [OLD, TODAY],
  ['+525512345678', '+5215512345678'],
  ['+5491123456789', '+541123456789'],
  ['+22997123456', '+2290197123456'],
  ['+24107123456', '+24177123456'],
];

beforeAll(async () => {
  world = await createContactWorld();
});
beforeEach(async () => {
  tenantId = await world.test.createTenant();
});
afterAll(() => world.test.close());

describe.each(FORMS)('a contact with the number %s', (given, other) => {
  beforeEach(async () => {
    await world.contacts.create(tenantId, { phoneNumber: given, name: 'Ana' });
  });

  it(`is the one of ${other}: another cannot be made`, async () => {
    const { items } = await world.contacts.list(tenantId, {}, page);
    await expect(world.contacts.create(tenantId, { phoneNumber: other })).rejects.toMatchObject({
      code: 'contact_exists',
      errors: [{ path: 'phoneNumber', message: expect.stringContaining(items[0]?.id ?? 'none') }],
    });
    const [one, ...more] = await world.database.transaction((tx) =>
      world.contacts.upsertMany(tx, tenantId, [{ phone: other, name: 'Ana Souza' }, { phone: given }]),
    );
    expect(more).toEqual([]);
    expect(one).toMatchObject({ id: items[0]?.id, phone: given });
    expect((await world.contacts.list(tenantId, {}, page)).items).toMatchObject([
      { phone: given, name: 'Ana Souza' },
    ]);
  });

  it(`is found by ${other}: by filter, search, segment and bulk edit`, async () => {
    const found = [{ phone: given }];
    const parts = [7, 9, 11].map((length) => ({ q: other.slice(0, length) }));
    for (const filter of [{ phoneNumber: other }, { q: other }, { q: other.slice(1) }, ...parts]) {
      expect((await world.contacts.list(tenantId, filter, page)).items).toMatchObject(found);
    }
    const segments = new SegmentService(world);
    for (const op of ['equals', 'in', 'startsWith']) {
      const value = op === 'in' ? [other] : other;
      const filter = { field: 'phoneNumber', op, value };
      expect(await segments.preview(tenantId, { filter })).toMatchObject({ count: 1, sample: found });
    }
    const none = { field: 'phoneNumber', op: 'notEquals', value: other };
    expect(await segments.preview(tenantId, { filter: none })).toMatchObject({ count: 0 });
    const edit = { filter: { phoneNumber: other }, changes: { addTags: ['met'] } };
    expect(await world.bulkEdits.edit(tenantId, edit)).toMatchObject({ edit: { changed: 1 } });
  });

  it(`knows the number check and the suppression of ${other}`, async () => {
    await insertNumberCheck(world.database.manager, tenantId, { phone: other, onWhatsApp: true });
    await world.suppressions.add(tenantId, { phoneNumbers: [other, given] });
    expect((await world.suppressions.list(tenantId, {}, page)).items).toMatchObject([{ address: other }]);
    const { items } = await world.contacts.list(tenantId, {}, page);
    expect(items).toMatchObject([{ onWhatsApp: true }]);
    const known = await knownNumbers(world.database.manager, tenantId, [other]);
    expect(known).toMatchObject([{ phone: given, contactId: items[0]?.id, suppressed: true }]);
    const exported = await world.people.export(tenantId, items[0]?.id ?? '');
    expect(exported).toMatchObject({ suppressions: [{}], numberChecks: [{ onWhatsApp: true }] });
  });

  it(`opts out and in as ${other}`, async () => {
    await world.database.transaction((tx) => world.contacts.optOut(tx, tenantId, other, 'keyword'));
    const optedOut = await world.contacts.list(tenantId, {}, page);
    expect(optedOut.items).toMatchObject([{ phone: given, optedOutAt: expect.any(Date) }]);
    await world.database.transaction((tx) => world.contacts.optIn(tx, tenantId, other));
    expect(await world.contacts.list(tenantId, {}, page)).toMatchObject({ items: [{ optedOutAt: null }] });
  });
});

it('a landline and a mobile number that end alike are two people', async () => {
  for (const phoneNumber of ['+553131234567', '+5531931234567']) {
    await world.contacts.create(tenantId, { phoneNumber });
  }
  expect((await world.contacts.list(tenantId, {}, page)).items).toHaveLength(2);
});

it('a check asks about a line once, and a known one not at all', async () => {
  const checks = new NumberCheckService({ ...world, transports: ['simulator'], defaultCountry: 'BR' });
  await insertNumberCheck(world.database.manager, tenantId, { phone: OLD, onWhatsApp: true });
  const { id, counts } = await checks.create(tenantId, { phoneNumbers: [TODAY, OLD] });
  expect(counts).toMatchObject({ total: 1, cached: 1, onWhatsApp: 1 });
  expect((await checks.results(tenantId, id, page)).items).toMatchObject([{ phone: TODAY }]);
});

it('an erasure finds what is kept under the other form', async () => {
  const { manager } = world.database;
  const { id } = await world.contacts.create(tenantId, { phoneNumber: TODAY, name: 'Zenobia Quark' });
  await insertNumberCheck(manager, tenantId, { phone: OLD, onWhatsApp: true });
  const before = await world.campaign(tenantId, [{ contactId: id, phone: OLD, state: 'sent' }], 'completed');
  await manager.query(
    `UPDATE campaigns SET audience = jsonb_build_object('exclude', jsonb_build_object('phoneNumbers', $2::jsonb))
     WHERE id = $1`,
    [before, JSON.stringify(['+5511900000000', OLD, '+5511900000001'])],
  );
  await manager.query(
    `INSERT INTO idempotency_keys (tenant_id, key, fingerprint, status, response)
     VALUES ($1, 'a', 'f', 201, $2), ($1, 'b', 'f', 201, $3)`,
    [tenantId, JSON.stringify({ data: { to: OLD } }), JSON.stringify({ data: { to: '+5511900000000' } })],
  );
  await world.people.erase(tenantId, id);
  const rows = (sql: string) => manager.query<unknown[]>(sql, [tenantId]);
  expect(await rows('SELECT 1 FROM number_checks WHERE tenant_id = $1')).toEqual([]);
  expect(
    await rows(`SELECT audience #> '{exclude,phoneNumbers}' AS left FROM campaigns WHERE tenant_id = $1`),
  ).toEqual([{ left: ['+5511900000000', '+5511900000001'] }]);
  expect(await rows('SELECT key FROM idempotency_keys WHERE tenant_id = $1')).toEqual([{ key: 'b' }]);
  expect(await world.recipients(before)).toMatchObject([{ phone: expect.stringMatching(/^erased-/) }]);
});

describe('an import', () => {
  let imports: ImportHarness;
  beforeAll(async () => {
    imports = await ImportHarness.create();
  });
  afterAll(() => imports.close());

  it('counts two forms of a line as one person, and puts the contact that is there on the list', async () => {
    const owner = await imports.test.createTenant();
    const { id } = await imports.contacts.create(owner, { phoneNumber: '+52 1 55 1234 5678' });
    const file = [
      'phone,name,city',
      `${TODAY},Ana,Recife`,
      `${OLD},Bia,Olinda`,
      '5215512345678@c.us,Caio,Toluca',
      '+52 55 1234 5678,Davi,',
      '+55 31 3123-4567,Eva,',
    ].join('\n');
    const options = { tenantId: owner, listName: 'All', consentSource: 'fair' };
    const first = await imports.run(file, options);
    expect(first.import.counts).toMatchObject({ created: 2, updated: 1, duplicate: 2, invalid: 0 });
    const again = await imports.run('phone,city\n+55 31 8123-4567,Natal\n+525512345678,', options);
    expect(again.import.counts).toMatchObject({ created: 0, updated: 1, unchanged: 1 });
    const { items } = await imports.contacts.list(owner, {}, page);
    expect(items.toReversed()).toMatchObject([
      { id, phone: '+5215512345678', name: 'Caio', consent: { source: 'fair' } },
      { phone: TODAY, name: 'Ana', attributes: { city: 'Natal' } },
      { phone: '+553131234567', name: 'Eva' },
    ]);
    const lists: { n: number }[] = await imports.test.database.manager.query(
      'SELECT count(*)::int AS n FROM contact_list_members WHERE tenant_id = $1',
      [owner],
    );
    expect(lists).toEqual([{ n: 3 }]);
  });
});

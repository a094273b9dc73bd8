import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/lib/clock.js';
import { createLogger } from '../../src/lib/logger.js';
import {
  AttributeNames,
  BulkEditService,
  ContactService,
  MergeService,
} from '../../src/modules/contacts/index.js';
import { ImportHarness } from '../contacts/import-harness.js';

const MOST = 6;

let harness: ImportHarness;
let names: AttributeNames;
let contacts: ContactService;
let tenantId: string;

beforeAll(async () => {
  harness = await ImportHarness.create();
  names = new AttributeNames(MOST);
  contacts = new ContactService({
    database: harness.test.database,
    clock: systemClock,
    defaultCountry: 'BR',
    attributeNames: names,
  });
});
beforeEach(async () => {
  tenantId = await harness.test.createTenant();
});
afterAll(() => harness.close());

const phone = (index: number) => `+55119${80_000_000 + index}`;
const many = (count: number, from = 0) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key_${from + index}`, 'x']));

async function known(): Promise<string[]> {
  const rows: { name: string }[] = await harness.test.database.manager.query(
    'SELECT name FROM contact_attribute_names WHERE tenant_id = $1 ORDER BY name',
    [tenantId],
  );
  return rows.map(({ name }) => name);
}

const refused = {
  kind: 'invalid',
  code: 'too_many_attribute_names',
  message: expect.stringContaining(`at most ${MOST} different attribute names`),
};

describe('attribute names of a tenant', () => {
  it('are limited however contacts are written, and nothing is written beyond the limit', async () => {
    const { id } = await contacts.create(tenantId, { phoneNumber: phone(0), attributes: many(5) });
    const { database } = harness.test;
    await expect(
      contacts.create(tenantId, { phoneNumber: phone(1), attributes: many(2, 5) }),
    ).rejects.toMatchObject(refused);
    await expect(contacts.update(tenantId, id, { attributes: many(2, 5) })).rejects.toMatchObject(refused);
    await expect(
      contacts.update(tenantId, id, { attributes: many(7, 90), attributesMode: 'replace' }),
    ).rejects.toMatchObject(refused);
    await expect(
      database.transaction((tx) =>
        contacts.upsertMany(tx, tenantId, [
          { phone: phone(2), attributes: many(1, 7) },
          { phone: phone(3), attributes: many(1, 8) },
        ]),
      ),
    ).rejects.toMatchObject(refused);
    const bulk = new BulkEditService({
      database,
      queue: { enqueue: async () => undefined },
      contacts,
      clock: systemClock,
      logger: createLogger('silent'),
      attributeNames: names,
    });
    await expect(
      bulk.edit(tenantId, { filter: {}, changes: { attributes: many(2, 5) } }),
    ).rejects.toMatchObject({ ...refused, errors: [{ path: 'changes.setAttributes' }] });
    expect(await known()).toEqual(Object.keys(many(5)));
    expect((await contacts.list(tenantId, {}, { limit: 9 })).items).toHaveLength(1);
    // Names that are known are free, and one more fits.
    await contacts.update(tenantId, id, { attributes: { ...many(5), key_9: 1 } });
    await contacts.create(tenantId, { phoneNumber: phone(4), attributes: { key_9: 2 } });
    expect(await known()).toHaveLength(MOST);
  });

  it('end an import with the limit in its reason', async () => {
    const service = harness.service({}, 'BR', harness.threads, names);
    const titles = Object.keys(many(8)).join(',');
    const importId = await harness.upload(
      service,
      tenantId,
      `phone,${titles}\n${phone(0)}${',x'.repeat(8)}\n`,
    );
    await service.handleImport({ tenantId, importId }, { signal: new AbortController().signal });
    expect(await service.get(tenantId, importId)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining(`at most ${MOST} different attribute names`),
    });
    expect(await known()).toEqual([]);
  });

  it('are counted right by writers at the same moment', async () => {
    const writes = Array.from({ length: 12 }, (_, index) =>
      contacts.create(tenantId, { phoneNumber: phone(index), attributes: many(1, index) }),
    );
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(MOST);
    expect(await known()).toHaveLength(MOST);
  });

  it('that no contact has any more are forgotten; one that is just being written is not', async () => {
    const { database } = harness.test;
    const { id } = await contacts.create(tenantId, { phoneNumber: phone(0), attributes: many(MOST) });
    await contacts.update(tenantId, id, { attributes: { key_0: 'x' }, attributesMode: 'replace' });
    let forgotten: Promise<number> | undefined;
    await database.transaction(async (tx) => {
      await names.note(tx, tenantId, ['key_1']);
      forgotten = names.forgetUnused((run) => database.transaction(run));
      await contacts.upsertMany(tx, tenantId, [{ phone: phone(1), attributes: { key_1: 'x' } }]);
    });
    expect(await forgotten).toBe(MOST - 2);
    expect(await known()).toEqual(['key_0', 'key_1']);
    await contacts.update(tenantId, id, { attributes: many(2, 20) });
  });

  it('of other tenants do not count', async () => {
    await contacts.create(tenantId, { phoneNumber: phone(0), attributes: many(MOST) });
    const other = await harness.test.createTenant();
    await contacts.create(other, { phoneNumber: phone(0), attributes: many(MOST, 50) });
    expect(await known()).toHaveLength(MOST);
  });
});

describe('the attributes of a contact', () => {
  /** 40 of 2,600 characters: each is allowed, all together are not. */
  const long = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`k${index}`, 'x'.repeat(2_600)]));
  const service = () =>
    new ContactService({ database: harness.test.database, clock: systemClock, defaultCountry: 'BR' });

  it('are limited together, in a request and where one is merged with what is there', async () => {
    const tooLong = {
      kind: 'invalid',
      errors: [{ path: 'attributes', message: expect.stringMatching(/100000 characters together.*Shorten/) }],
    };
    await expect(
      service().create(tenantId, { phoneNumber: phone(0), attributes: long }),
    ).rejects.toMatchObject(tooLong);
    const { k0, k1, k2, ...most } = long;
    const { id } = await service().create(tenantId, { phoneNumber: phone(0), attributes: most });
    await expect(service().update(tenantId, id, { attributes: { k0, k1, k2 } })).rejects.toMatchObject(
      tooLong,
    );
    await service().update(tenantId, id, { attributes: { k0 } });
  });

  it('reject their row of an import in words, and no other row', async () => {
    const row = (number: number, cells: string[]) => [phone(number), ...cells].join(',');
    const short = Object.values(long).map((_, index) => String(index));
    const file = [['phone', ...Object.keys(long)].join(','), row(1, Object.values(long)), row(2, short)].join(
      '\n',
    );
    const outcome = await harness.run(file, { tenantId });
    expect(outcome.contacts).toMatchObject([{ phone: phone(2) }]);
    expect(outcome.errors).toContain('at most 100000, leave some columns out');
  });

  it('are limited where they are merged: by an import, a bulk edit, a message and a merge of contacts', async () => {
    const { k0, k1, k2, ...most } = long;
    const more = { k0, k1, k2 };
    const full = await service().create(tenantId, { phoneNumber: phone(0), attributes: most });
    const other = await service().create(tenantId, { phoneNumber: phone(1), attributes: more });
    const { database } = harness.test;

    const cells = (number: number) =>
      [phone(number), k0, k1, k2, 'spring', number === 0 ? 'yes' : ''].join(',');
    const file = ['phone,k0,k1,k2,tags,opted out', cells(0), cells(2)].join('\n');
    const outcome = await harness.run(file, { tenantId, listName: 'Fair' });
    expect(outcome.import).toMatchObject({ counts: { created: 1, updated: 0, unchanged: 0, invalid: 1 } });
    expect(outcome.errors).toContain(`more than 100000 characters of them; leave some columns out`);
    expect(outcome.errors).toContain('spring');
    // Its opt-out counts whatever else is wrong with the row.
    const kept = { attributes: most, tags: [], optOutSource: 'import' };
    expect(await service().get(tenantId, full.id)).toMatchObject(kept);
    const { listId = '' } = outcome.import as { listId?: string };
    expect((await service().list(tenantId, { listId }, { limit: 10 })).items).toHaveLength(1);

    const bulk = new BulkEditService({
      database,
      queue: { enqueue: async () => undefined },
      contacts: service(),
      clock: systemClock,
      logger: createLogger('silent'),
    });
    const edit = await bulk.edit(tenantId, { filter: {}, changes: { attributes: more, addTags: ['a'] } });
    expect(edit).toMatchObject({
      edit: {
        status: 'failed',
        processed: 0,
        error: expect.stringMatching(`${full.id} would have more than 100000`),
      },
    });
    const shorter = { ...more, ...Object.fromEntries(Object.keys(most).map((key) => [key, null])) };
    const reason = { kind: 'invalid', code: 'too_long_attributes' };
    await expect(
      database.transaction((tx) =>
        service().upsertMany(tx, tenantId, [{ phone: phone(0), name: 'Ana', attributes: more }]),
      ),
    ).rejects.toMatchObject(reason);
    const merges = new MergeService({ database, clock: systemClock, contacts: service(), records: [] });
    await expect(merges.merge(tenantId, full.id, other.id)).rejects.toMatchObject(reason);
    expect(await service().get(tenantId, full.id)).toMatchObject({ ...kept, name: null });
    expect(await service().get(tenantId, other.id)).toMatchObject({ attributes: more, tags: [] });

    const fitting = await bulk.edit(tenantId, { contactIds: [full.id], changes: { attributes: shorter } });
    expect(fitting).toMatchObject({ edit: { status: 'completed', changed: 1 } });
    expect((await service().get(tenantId, full.id)).attributes).toEqual(more);
  });

  it('that are too many for a page are refused before they are read', async () => {
    await harness.test.database.manager.query(
      `INSERT INTO contacts (id, tenant_id, phone, attributes)
       SELECT gen_random_uuid(), $1, '+55119' || (80000000 + n)::text, jsonb_build_object('note', repeat('x', 90000))
       FROM generate_series(1, 200) AS n`,
      [tenantId],
    );
    await expect(service().list(tenantId, {}, { limit: 200 })).rejects.toMatchObject({
      kind: 'too_large',
      message: expect.stringContaining('Ask for fewer items with limit'),
    });
    expect((await service().list(tenantId, {}, { limit: 100 })).items).toHaveLength(100);
  });
});

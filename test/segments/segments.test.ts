import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/lib/ids.js';
import { ContactService } from '../../src/modules/contacts/index.js';
import { compileFilter } from '../../src/modules/segments/core/compile.js';
import { parseFilter } from '../../src/modules/segments/core/parse.js';
import { SegmentService } from '../../src/modules/segments/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { insertList } from '../support/rows.js';

const clock = { now: () => new Date('2026-03-02T10:00:00Z') };
const inRecife = { field: 'attributes.city', op: 'equals', value: 'Recife' };

let db: TestDatabase;
let segments: SegmentService;
let tenantId: string;

beforeAll(async () => {
  db = await createTestDatabase();
  const contacts = new ContactService({ database: db.database, clock });
  segments = new SegmentService({ database: db.database, clock, contacts });
});
beforeEach(async () => {
  tenantId = await db.createTenant();
});
afterAll(() => db.close());

/** So many contacts, every second of them in Recife; the newest comes last. */
async function people(count: number, of = tenantId): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId());
  await db.database.manager.query(
    `INSERT INTO contacts (id, tenant_id, phone, attributes)
     SELECT given.id, $1, '+55119' || (80000000 + given.position),
            jsonb_build_object('city', CASE WHEN given.position % 2 = 0 THEN 'Recife' ELSE 'Olinda' END)
     FROM unnest($2::uuid[]) WITH ORDINALITY AS given(id, position)`,
    [of, ids],
  );
  return ids;
}

async function list(of = tenantId): Promise<string> {
  return insertList(db.database.manager, of);
}

describe('a segment', () => {
  it('is a saved filter that can be renamed and changed', async () => {
    const made = await segments.create(tenantId, { name: '  Quiet   in Recife ', filter: inRecife });
    expect(await segments.get(tenantId, made.id)).toMatchObject({
      name: 'Quiet in Recife',
      filter: inRecife,
    });
    const filter = { not: inRecife };
    expect(await segments.update(tenantId, made.id, { filter })).toMatchObject({
      name: 'Quiet in Recife',
      filter,
    });
    expect(await segments.update(tenantId, made.id, { name: 'Others' })).toMatchObject({
      name: 'Others',
      filter,
    });
    expect(await segments.update(tenantId, made.id, { name: null, filter: null })).toMatchObject({
      name: 'Others',
      filter,
    });
    await segments.remove(tenantId, made.id);
    await expect(segments.get(tenantId, made.id)).rejects.toMatchObject({ code: 'segment_not_found' });
  });

  it("goes by the days of the tenant's own clock", async () => {
    // In São Paulo it is still the 1st of March.
    const night = { now: () => new Date('2026-03-02T01:30:00Z') };
    const contacts = new ContactService({ database: db.database, clock: night });
    const asked = new SegmentService({ database: db.database, clock: night, contacts });
    const values = [
      '2026-02-26',
      '2026-02-27',
      '2026-03-01',
      '2026-03-02',
      '2026-03-02T02:59:00Z',
      '2026-03-02T03:00:00Z',
      '2026-02-27T02:59:59.999Z',
      '2026-02-27T00:00:00-03:00',
      '2026-03-01 23:59',
      '2026-02-30T10:00:00Z',
      '0000-03-01T10:00:00Z',
      'soon',
    ];
    for (const [position, born] of values.entries()) {
      await contacts.create(tenantId, { phoneNumber: `+55119876540${10 + position}`, attributes: { born } });
    }
    const filter = { field: 'attributes.born', op: 'withinDays', value: 2 };
    const found = async () =>
      (await asked.preview(tenantId, { filter })).sample
        .map(({ attributes }) => String(attributes['born']))
        .toSorted();
    expect(await found()).toEqual([
      '2026-02-30T10:00:00Z',
      '2026-03-01',
      '2026-03-01 23:59',
      '2026-03-02',
      '2026-03-02T02:59:00Z',
      '2026-03-02T03:00:00Z',
    ]);
    await db.database.manager.query(
      `INSERT INTO tenant_settings (tenant_id, time_zone) VALUES ($1, 'America/Sao_Paulo')`,
      [tenantId],
    );
    expect(await found()).toEqual([
      '2026-02-27',
      '2026-02-27T00:00:00-03:00',
      '2026-02-30T10:00:00Z',
      '2026-03-01',
      '2026-03-01 23:59',
      '2026-03-02T02:59:00Z',
    ]);
  });

  it('compares no text that is one number to some and another to others', async () => {
    const contacts = new ContactService({ database: db.database, clock });
    const values = ['1.250', '-1.250', 1.25, '1250', '1.25', '0.250', '1.2500', 300.125];
    for (const [position, debt] of values.entries()) {
      await contacts.create(tenantId, {
        phoneNumber: `+55119876540${10 + position}`,
        attributes: { debt },
      });
    }
    const found = async (op: string, value: number) => {
      const filter = { field: 'attributes.debt', op, value };
      const { sample } = await segments.preview(tenantId, { filter });
      return sample.map(({ attributes }) => attributes['debt']);
    };
    expect(new Set(await found('less', 2))).toEqual(new Set([1.25, '1.25', '0.250', '1.2500']));
    expect(new Set(await found('greater', 100))).toEqual(new Set(['1250', 300.125]));
  });

  it('has a name of its own', async () => {
    const first = await segments.create(tenantId, { name: 'A', filter: inRecife });
    const second = await segments.create(tenantId, { name: 'B', filter: inRecife });
    const taken = { kind: 'conflict', code: 'segment_exists', message: expect.stringContaining(first.id) };
    await expect(segments.create(tenantId, { name: 'A', filter: inRecife })).rejects.toMatchObject(taken);
    await expect(segments.update(tenantId, second.id, { name: 'A' })).rejects.toMatchObject(taken);
    await segments.create(await db.createTenant(), { name: 'A', filter: inRecife });
    await expect(segments.create(tenantId, { name: ' ', filter: inRecife })).rejects.toMatchObject({
      errors: [{ path: 'name' }],
    });
  });

  it('lists who belongs now, newest first, page by page, with the number of all', async () => {
    const ids = await people(10);
    const { id } = await segments.create(tenantId, { name: 'Recife', filter: inRecife });
    const expected = ids.filter((_, index) => index % 2 === 1).toReversed();
    const first = await segments.contacts(tenantId, id, { limit: 3 });
    expect(first).toMatchObject({ total: 5, nextCursor: expect.any(String) });
    const second = await segments.contacts(tenantId, id, { limit: 3, cursor: first.nextCursor ?? '' });
    expect(second.nextCursor).toBeNull();
    expect([...first.items, ...second.items].map((contact) => contact.id)).toEqual(expected);
    await db.database.manager.query(`UPDATE contacts SET attributes = '{}' WHERE id = $1`, [expected[0]]);
    expect(await segments.contacts(tenantId, id, { limit: 3 })).toMatchObject({ total: 4 });
  });

  it('is refused when it names what is not there, by the place', async () => {
    const unknown = newId();
    const filter = { all: [inRecife, { field: 'list', op: 'in', value: [await list(), unknown] }] };
    const expected = { kind: 'invalid', errors: [{ path: 'filter.all[1].value[1]' }] };
    await expect(segments.create(tenantId, { name: 'x', filter })).rejects.toMatchObject(expected);
    await expect(segments.preview(tenantId, { filter })).rejects.toMatchObject(expected);
    const { id } = await segments.create(tenantId, { name: 'x', filter: inRecife });
    await expect(segments.update(tenantId, id, { filter })).rejects.toMatchObject(expected);
  });

  it('cannot be asked any more once its list is gone', async () => {
    const listId = await list();
    const filter = { field: 'list', op: 'notIn', value: listId };
    const { id } = await segments.create(tenantId, { name: 'Not on it', filter });
    await people(2);
    expect(await segments.contacts(tenantId, id, { limit: 5 })).toMatchObject({ total: 2 });
    await db.database.manager.query('DELETE FROM contact_lists WHERE id = $1', [listId]);
    await expect(segments.contacts(tenantId, id, { limit: 5 })).rejects.toMatchObject({
      kind: 'not_possible',
      code: 'segment_broken',
      message: expect.stringContaining('Not on it'),
    });
    expect(await segments.get(tenantId, id)).toMatchObject({ filter });
  });

  it('belongs to one tenant, as do those in it', async () => {
    const other = await db.createTenant();
    const theirList = await list(other);
    await people(4, other);
    const { id } = await segments.create(other, { name: 'Theirs', filter: inRecife });
    const gone = { kind: 'not_found', code: 'segment_not_found' };
    await expect(segments.get(tenantId, id)).rejects.toMatchObject(gone);
    await expect(segments.update(tenantId, id, { name: 'Mine' })).rejects.toMatchObject(gone);
    await expect(segments.remove(tenantId, id)).rejects.toMatchObject(gone);
    await expect(segments.contacts(tenantId, id, { limit: 5 })).rejects.toMatchObject(gone);
    await expect(
      segments.preview(tenantId, { filter: { field: 'list', op: 'in', value: theirList } }),
    ).rejects.toMatchObject({ kind: 'invalid' });
    expect(await segments.preview(tenantId, { filter: inRecife })).toEqual({ count: 0, sample: [] });
    expect((await segments.list(tenantId, { limit: 5 })).items).toEqual([]);
    expect((await segments.list(other, { limit: 5 })).items).toHaveLength(1);
  });
});

describe('a preview', () => {
  it('counts every contact and shows the ten newest', async () => {
    const ids = await people(50);
    const { count, sample } = await segments.preview(tenantId, { filter: inRecife });
    expect(count).toBe(25);
    const newest = ids.filter((_, index) => index % 2 === 1).toReversed();
    expect(sample.map((contact) => contact.id)).toEqual(newest.slice(0, 10));
  });
});

describe('among many contacts', () => {
  it.each([
    [
      'the value of an attribute',
      { field: 'attributes.rare', op: 'equals', value: 'yes' },
      /contacts_search/,
    ],
    ['a tag', { field: 'tags', op: 'contains', value: 'rare' }, /contacts_search/],
    ['a number', { field: 'phoneNumber', op: 'equals', value: '+5511980000007' }, /contacts_tenant_line/],
    [
      'the start of a number',
      { field: 'phoneNumber', op: 'startsWith', value: '+551198000000' },
      /contacts_tenant_line/,
    ],
    ['a country', { field: 'country', op: 'equals', value: 'DE' }, /contacts_phone_start/],
    ['a list', { field: 'list', op: 'in', value: newId() }, /contact_list_members/],
    ['what came of a campaign', { activity: 'read', campaignId: newId() }, /deliveries_\w+/],
  ])('%s is found through an index', async (_, input, index) => {
    await people(20_000);
    const parsed = parseFilter(input);
    if (!parsed.ok) throw new Error('refused');
    const { manager } = db.database;
    await manager.query('ANALYZE contacts');
    const options = { firstParameter: 2, tenant: '$1', now: clock.now(), timeZone: 'UTC' };
    const { sql, values } = compileFilter(parsed.filter, options);
    const plan = await manager.query<{ 'QUERY PLAN': string }[]>(
      `EXPLAIN SELECT count(*) FROM contacts WHERE contacts.tenant_id = $1 AND ${sql}`,
      [tenantId, ...values],
    );
    const text = plan.map((line) => line['QUERY PLAN']).join('\n');
    expect(text).toMatch(index);
    expect(text).not.toMatch(/Seq Scan on contacts/);
  });
});

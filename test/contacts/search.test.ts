import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ContactService } from '../../src/modules/contacts/index.js';
import {
  ContactSearchRepository,
  searchQueries,
} from '../../src/modules/contacts/contact-search.repository.js';
import type { ContactFilter } from '../../src/modules/contacts/core/filter.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { insertList } from '../support/rows.js';

/** A twentieth of what the product promises, to be quick; `STARLING_TEST_CONTACTS=1000000` tries them all. */
const CONTACTS = Number(process.env['STARLING_TEST_CONTACTS'] ?? 50_000);
const LIST = '018f0000-0000-7000-9000-000000000001';
const LIST_OF_ALL = '018f0000-0000-7000-9000-000000000002';

let test: TestDatabase;
let tenantId: string;
let neighbour: string;
let contacts: ContactService;

beforeAll(async () => {
  test = await createTestDatabase();
  tenantId = await test.createTenant();
  neighbour = await test.createTenant();
  contacts = new ContactService({ database: test.database, clock: { now: () => new Date() } });
  await load(tenantId, 0, CONTACTS);
  // Newer than all of the tenant's: a walk that is not kept to one tenant's contacts would pass through these first.
  await load(neighbour, CONTACTS, CONTACTS + CONTACTS / 4);
  const { manager } = test.database;
  await insertList(manager, tenantId, { id: LIST, name: 'Oldest' });
  await manager.query(
    `INSERT INTO contact_list_members (list_id, contact_id, tenant_id)
     SELECT $1, id, tenant_id FROM contacts WHERE tenant_id = $2 ORDER BY id LIMIT $3`,
    [LIST, tenantId, CONTACTS / 10],
  );
  await insertList(manager, tenantId, { id: LIST_OF_ALL, name: 'All' });
  await manager.query(
    `INSERT INTO contact_list_members (list_id, contact_id, tenant_id)
     SELECT $1, id, tenant_id FROM contacts WHERE tenant_id = $2`,
    [LIST_OF_ALL, tenantId],
  );
  await manager.query('VACUUM ANALYZE contacts, contact_list_members');
}, 300_000);
afterAll(() => test.close());

/**
 * Tag `old` is on the oldest tenth only, `vip` on every 250th; one city in four; every name once, half of them with a
 * common first name; every 1,250th opted out.
 */
async function load(owner: string, from: number, to: number): Promise<void> {
  await test.database.manager.query(
    `INSERT INTO contacts (id, tenant_id, phone, name, attributes, tags, opted_out_at)
     SELECT ('018f0000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, $1, '+5511' || (900000000 + i)::text,
            CASE WHEN i % 10 = 7 THEN 'Ольга 🎉 ' || translate(substr(md5(i::text), 1, 8), '0123456789abcdef', 'абвгдежзийклмноп')
                 ELSE CASE WHEN i % 2 = 0 THEN 'Ana ' ELSE 'Bruno ' END || 'Silva ' || substr(md5(i::text), 1, 8) END,
            jsonb_build_object('city', (array['Recife', 'Olinda', 'Natal', 'Belem'])[1 + (i % 4)::int], 'visits', i),
            CASE WHEN i - $2::bigint < $4::bigint THEN array['old'] WHEN i % 250 = 0 THEN array['gold', 'vip'] ELSE '{}' END,
            CASE WHEN i % 1250 = 0 THEN now() END
     FROM generate_series($2::bigint, $3::bigint - 1) AS i`,
    [owner, from, to, Math.floor((to - from) / 10)],
  );
}

const shapes: [string, ContactFilter, number][] = [
  ['no filter', {}, 50],
  ['a common part of a name', { q: 'silva' }, 50],
  ['a rare part of a name', { q: 'cfcd2084' }, 1],
  ['a part of a name that no contact has', { q: 'zzzzzz' }, 0],
  ['a common part of a name in Cyrillic, whatever its case', { q: 'ОЛЬГ' }, 50],
  ['a rare part of a name in Cyrillic', { q: 'ипзеи' }, 0],
  ['a part of a name in Cyrillic that no contact has', { q: 'яяяя' }, 0],
  ['a Cyrillic letter that begins no word', { q: 'я' }, 0],
  ['a Cyrillic letter that begins words', { q: 'о' }, 50],
  ['an emoji', { q: '🎉' }, 50],
  ['emojis no contact has', { q: '🎉🎉🎉' }, 0],
  ['a word in Chinese that no contact has', { q: '漢字名' }, 0],
  ['one letter and punctuation', { q: 'a--' }, 0],
  ['two letters that begin a word', { q: 'si' }, 50],
  ['two letters that begin no word', { q: 'zq' }, 0],
  ['the start of most numbers', { q: '+55119' }, 50],
  ['the start of the oldest numbers', { q: '+5511 90000' }, 50],
  ['the start of one number', { q: '55 11 900000042' }, 1],
  ['one number', { phoneNumber: '+5511900000042' }, 1],
  ['a tag of a few', { tags: ['vip'] }, 50],
  ['a tag of the oldest', { tags: ['old'] }, 50],
  ['a tag no contact has', { tags: ['nobody'] }, 0],
  ['two tags', { tags: ['vip', 'gold'] }, 50],
  ['a list of the oldest', { listId: LIST }, 50],
  ['a list and a tag', { listId: LIST, tags: ['old'] }, 50],
  ['a list and a tag that do not meet', { listId: LIST, tags: ['vip'] }, 0],
  ['a list of all, and the opted-out', { listId: LIST_OF_ALL, optedOut: true }, 40],
  ['a list of the oldest, and the opted-out', { listId: LIST, optedOut: true }, 4],
  ['a list of all, and those not opted out', { listId: LIST_OF_ALL, optedOut: false }, 50],
  ['a list of all, and one number', { listId: LIST_OF_ALL, phoneNumber: '+5511900000042' }, 1],
  ['a list of all, and a rare part of a name', { listId: LIST_OF_ALL, q: 'cfcd2084' }, 1],
  ['a list of all, and Cyrillic that no name has', { listId: LIST_OF_ALL, q: 'яяяя' }, 0],
  ['a common attribute', { attributes: { city: 'Recife' } }, 50],
  ['a rare attribute, written as text', { attributes: { visits: '4711' } }, 1],
  ['the opted-out', { optedOut: true }, 40],
  ['those not opted out', { optedOut: false }, 50],
  ['the opted-out, by tag', { optedOut: true, tags: ['old'] }, 4],
  ['everything at once', { optedOut: false, tags: ['vip'], attributes: { city: 'Recife' }, q: 'ana' }, 50],
];

describe(`a search among ${CONTACTS} contacts`, () => {
  it.each(shapes)('by %s takes an index, never a sequential scan', async (_, filter) => {
    for (const beforeId of [undefined, idOf(CONTACTS / 2), idOf(100)]) {
      for (const plan of await plansOf(ready(filter), { limit: 51, beforeId })) {
        expect(plan).toMatch(/Index (Only )?Scan/);
        expect(plan).not.toMatch(/Seq Scan/);
      }
    }
  });

  it.each(shapes)(
    'by %s finds the right contacts, and looks at fewer than there are',
    async (_, filter, least) => {
      const search = new ContactSearchRepository();
      const page = { limit: 50 };
      const { manager } = test.database;
      const found = await search.findIds(manager, tenantId, ready(filter), page);
      expect(found.length).toBeGreaterThanOrEqual(least);
      expect(found).toEqual(found.toSorted().toReversed());
      // The same by brute force.
      const ids = await search.nextIds(manager, tenantId, ready(filter), { limit: CONTACTS });
      expect(found).toEqual(ids.toReversed().slice(0, 50));
      expect(await search.count(manager, tenantId, ready(filter))).toBe(ids.length);
      expect(await rowsLookedAt(ready(filter), { limit: 50, beforeId: undefined })).toBeLessThan(CONTACTS);
    },
  );

  it('refuses what has neither a letter nor a digit, which no index can find', () => {
    expect(() => ready({ q: '...' })).toThrow('no letter or digit');
    expect(ready({ q: ' + ' }).q).toBeUndefined();
  });

  it('goes on from page to page without a gap or a repeat', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await contacts.list(tenantId, { tags: ['vip'] }, { limit: 37, cursor });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    const every = await new ContactSearchRepository().nextIds(
      test.database.manager,
      tenantId,
      { tags: ['vip'] },
      { limit: CONTACTS },
    );
    expect(seen).toEqual(every.toReversed());
    expect(seen.length).toBe((CONTACTS / 250) * 0.9);
  });
});

function ready(filter: ContactFilter): ContactFilter {
  return contacts.checkedFilter(filter);
}

function idOf(index: number): string {
  return `018f0000-0000-7000-8000-${Math.floor(index).toString(16).padStart(12, '0')}`;
}

/** Of every query that is really asked: the search index is only asked when the newest contacts do not fill the page. */
async function* asked(filter: ContactFilter, page: { limit: number; beforeId: string | undefined }) {
  for (const { sql, parameters } of searchQueries(tenantId, filter, page)) {
    yield { sql, parameters };
    const found: unknown[] = await test.database.manager.query(sql, parameters);
    if (found.length === page.limit) return;
  }
}

async function plansOf(...search: Parameters<typeof asked>): Promise<string[]> {
  const plans: string[] = [];
  for await (const { sql, parameters } of asked(...search)) {
    const rows: { 'QUERY PLAN': string }[] = await test.database.manager.query(`EXPLAIN ${sql}`, parameters);
    plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
  }
  return plans;
}

interface PlanNode {
  'Node Type': string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: PlanNode[];
}

/** Rows of tables that the search has read, those included that turned out not to be asked for. */
async function rowsLookedAt(...search: Parameters<typeof asked>): Promise<number> {
  let rows = 0;
  for await (const { sql, parameters } of asked(...search)) {
    const [answer]: { 'QUERY PLAN': [{ Plan: PlanNode }] }[] = await test.database.manager.query(
      `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`,
      parameters,
    );
    if (answer) rows += readBy(answer['QUERY PLAN'][0].Plan);
  }
  return rows;
}

function readBy(node: PlanNode): number {
  const below = (node.Plans ?? []).reduce((sum, each) => sum + readBy(each), 0);
  if (!node['Node Type'].includes('Scan')) return below;
  const { 'Rows Removed by Filter': filtered = 0, 'Rows Removed by Index Recheck': rechecked = 0 } = node;
  return below + (node['Actual Rows'] + filtered + rechecked) * node['Actual Loops'];
}

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { getCountries, getExampleNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { newId } from '../../src/lib/ids.js';
import { lineOf } from '../../src/lib/phone-line.js';
import { numbersOfCountry } from '../../src/lib/phone-country.js';
import type { Filter } from '../../src/modules/segments/core/filter.js';
import { parseFilter } from '../../src/modules/segments/core/parse.js';
import { contactIds, countContacts } from '../../src/modules/segments/segment.repository.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { kindOf, matches, TIME_ZONE, type Person } from './evaluate.js';
import { insertCampaign, insertList } from '../support/rows.js';

const now = new Date('2026-03-02T10:00:00Z');
const lists = [newId(), newId()];
const campaigns = [newId(), newId()];
const words = ['Ana', 'ana maria', 'Recife', 're%i_e', 'a\\b', '5', '5.5', '12', 'true', '2026-02-20', ' '];
const keys = ['city', 'age', 'born', 'vip', 'it"s'];
const countries = ['BR', 'US', 'CA', 'GB', 'GG', 'KZ', 'RU', 'DE'] as const;
const phones = `+5511987654321 +12025550123 +14165550123 +12423591234 +18005550123 +447911123456
  +447781123456 +77011234567 +79161234567 +4915112345678 +4930123456`.split(/\s+/);

const addresses = [
  ...phones,
  'lid:190000000000001',
  'lid:190000000000002',
  'bsuid::BR.1a2b',
  'bsuid:p1:BR.1a2b',
];

let db: TestDatabase;
let tenantId: string;

beforeAll(async () => {
  db = await createTestDatabase();
  tenantId = await db.createTenant();
  await insertSurroundings();
});
afterAll(() => db.close());

const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000 - 1_000);
const time = fc.integer({ min: 0, max: 40 }).map(daysAgo);

const person: fc.Arbitrary<Omit<Person, 'id'>> = fc.record({
  address: fc.constantFrom(...addresses),
  further: fc.array(fc.record({ address: fc.constantFrom(...addresses), isRetired: fc.boolean() }), {
    maxLength: 3,
  }),
  name: fc.option(fc.constantFrom(...words)),
  attributes: fc.dictionary(
    fc.constantFrom(...keys),
    fc.oneof(
      fc.constantFrom(...words),
      fc.constantFrom(5, 5.5, -3, 12, true, false, null),
      fc.array(fc.constantFrom('Ana', 5, 'Recife'), { maxLength: 2 }),
      fc.constant({ city: 'Recife' }),
      time.map((at) => at.toISOString().slice(0, 10)),
      time.map((at) => at.toISOString()),
      time.map((at) => `${at.toISOString().slice(0, 19)}-11:00`),
    ),
  ),
  tags: fc.uniqueArray(fc.constantFrom('vip', 'new', 'Ana'), { maxLength: 2 }),
  createdAt: time,
  optedOutAt: fc.option(fc.constant(now)),
  lists: fc.subarray(lists),
  consents: fc.array(fc.constantFrom('granted' as const, 'withdrawn' as const), { maxLength: 3 }),
  received: fc.subarray(campaigns).chain((ids) =>
    fc.tuple(
      ...ids.map((campaignId) =>
        fc.record({
          campaignId: fc.constant(campaignId),
          state: fc.constantFrom('pending', 'sent', 'delivered', 'read', 'failed', 'skipped'),
          sentAt: time,
          repliedAt: fc.option(time),
        }),
      ),
    ),
  ),
});

const word = fc.constantFrom(...words.filter((one) => one.trim() !== ''));
const scalar = fc.oneof(word, fc.constantFrom(5, 5.5, -3, 12, true, false));
const attribute = fc.constantFrom(...keys).map((key) => `attributes.${key}`);
const condition = (
  field: fc.Arbitrary<string> | string,
  op: string[],
  value: fc.Arbitrary<unknown>,
): fc.Arbitrary<object> =>
  fc.record({
    field: typeof field === 'string' ? fc.constant(field) : field,
    op: fc.constantFrom(...op),
    value,
  });
const several = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 1, maxLength: 12 });

const leaf: fc.Arbitrary<object> = fc.oneof(
  condition('name', ['equals', 'notEquals', 'contains', 'startsWith'], word),
  condition('name', ['in', 'notIn'], several(word)),
  condition('phoneNumber', ['equals', 'notEquals'], fc.constantFrom(...phones)),
  condition('phoneNumber', ['in', 'notIn'], several(fc.constantFrom(...phones))),
  condition('phoneNumber', ['startsWith', 'contains'], fc.constantFrom('+55', '1', '+1 202', '44')),
  condition('identity', ['equals', 'notEquals'], fc.constantFrom('phone', 'lid', 'bsuid')),
  condition('identity', ['in', 'notIn'], several(fc.constantFrom('phone', 'lid', 'bsuid'))),
  condition('country', ['equals', 'notEquals'], fc.constantFrom(...countries)),
  condition('country', ['in', 'notIn'], several(fc.constantFrom(...countries))),
  condition('tags', ['contains', 'equals', 'notEquals'], fc.constantFrom('vip', 'new', 'Ana')),
  condition('tags', ['in', 'notIn'], several(fc.constantFrom('vip', 'new', 'gone'))),
  condition(fc.oneof(attribute, fc.constantFrom('name', 'tags', 'phoneNumber')), ['exists'], fc.boolean()),
  condition(
    'createdAt',
    ['greater', 'less'],
    time.map((at) => at.toISOString()),
  ),
  condition('createdAt', ['withinDays'], fc.integer({ min: 1, max: 40 })),
  condition('optedOut', ['equals', 'notEquals'], fc.boolean()),
  condition('consent', ['equals', 'notEquals'], fc.constantFrom('granted', 'withdrawn', 'none')),
  condition('list', ['in', 'notIn'], fc.oneof(fc.constantFrom(...lists), several(fc.constantFrom(...lists)))),
  condition(attribute, ['equals', 'notEquals'], scalar),
  condition(attribute, ['in', 'notIn'], several(scalar)),
  condition(attribute, ['contains', 'startsWith'], word),
  condition(attribute, ['greater', 'less'], fc.oneof(fc.integer({ min: -5, max: 15 }), fc.constant(5.25))),
  condition(
    attribute,
    ['greater', 'less'],
    time.map((at) => at.toISOString().slice(0, 10)),
  ),
  condition(attribute, ['withinDays'], fc.integer({ min: 1, max: 40 })),
  fc.record(
    {
      activity: fc.constantFrom('received', 'delivered', 'read', 'replied'),
      campaignId: fc.constantFrom(...campaigns),
      withinDays: fc.integer({ min: 1, max: 40 }),
      negate: fc.boolean(),
    },
    { requiredKeys: ['activity'] },
  ),
  fc.record({ activity: fc.constant('failed'), campaignId: fc.constantFrom(...campaigns) }),
);

const { tree } = fc.letrec<{ tree: object }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.record({ all: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('tree') }),
  ),
}));

async function insertSurroundings(): Promise<void> {
  const { manager } = db.database;
  await manager.query('INSERT INTO tenant_settings (tenant_id, time_zone) VALUES ($1, $2)', [
    tenantId,
    TIME_ZONE,
  ]);
  for (const id of lists) {
    await insertList(manager, tenantId, { id });
  }
  for (const id of campaigns) {
    await insertCampaign(manager, tenantId, { id, status: 'completed' });
  }
}

/** Writes the people anew. */
async function write(people: Person[]): Promise<void> {
  const { manager } = db.database;
  await manager.query('DELETE FROM deliveries');
  await manager.query('DELETE FROM contacts');
  const rows = JSON.stringify(people);
  await manager.query(
    `INSERT INTO contacts (id, tenant_id, phone, address, name, attributes, tags, created_at, opted_out_at)
     SELECT id, $1, CASE WHEN starts_with(address, '+') THEN address END,
       CASE WHEN NOT starts_with(address, '+') THEN address END, name, attributes, ARRAY(SELECT jsonb_array_elements_text(tags)), "createdAt", "optedOutAt"
     FROM jsonb_to_recordset($2::jsonb) AS p(id uuid, address text, name text, attributes jsonb, tags jsonb,
       "createdAt" timestamptz, "optedOutAt" timestamptz)`,
    [tenantId, rows],
  );
  const further = people.flatMap((one) =>
    one.further.map(({ address, isRetired }) => {
      const kind = kindOf(address);
      const [, scopeOrLid, id] = address.split(':');
      const [scope, value] = kind === 'bsuid' ? [scopeOrLid, id] : ['', scopeOrLid ?? lineOf(address)];
      return { contactId: one.id, kind, scope, value, until: isRetired ? now : null };
    }),
  );
  await manager.query(
    `INSERT INTO contact_identities (id, tenant_id, contact_id, kind, scope, value, since, until)
     SELECT gen_random_uuid(), $1, "contactId", kind, scope, value, $3, until
     FROM jsonb_to_recordset($2::jsonb)
       AS p("contactId" uuid, kind text, scope text, value text, until timestamptz)`,
    [tenantId, JSON.stringify(further), now],
  );
  await manager.query(
    `INSERT INTO contact_list_members (list_id, contact_id, tenant_id)
     SELECT list::uuid, p.id, $1 FROM jsonb_to_recordset($2::jsonb) AS p(id uuid, lists jsonb),
       jsonb_array_elements_text(p.lists) AS list`,
    [tenantId, rows],
  );
  await manager.query(
    `INSERT INTO contact_consents (id, tenant_id, contact_id, kind, source, at)
     SELECT gen_random_uuid(), $1, p.id, said.kind, 'form', timestamptz '2026-01-01' + said.position * interval '1 day'
     FROM jsonb_to_recordset($2::jsonb) AS p(id uuid, consents jsonb),
       jsonb_array_elements_text(p.consents) WITH ORDINALITY AS said(kind, position)`,
    [tenantId, rows],
  );
  await manager.query(
    `INSERT INTO deliveries (id, tenant_id, campaign_id, contact_id, phone, state, sent_at, delivered_at, read_at, replied_at)
     SELECT gen_random_uuid(), $1, got."campaignId", p.id, p.address, got.state, got."sentAt",
       CASE WHEN got.state IN ('delivered', 'read') THEN got."sentAt" END,
       CASE WHEN got.state = 'read' THEN got."sentAt" END, got."repliedAt"
     FROM jsonb_to_recordset($2::jsonb) AS p(id uuid, address text, received jsonb),
       jsonb_to_recordset(p.received) AS got("campaignId" uuid, state text, "sentAt" timestamptz, "repliedAt" timestamptz)`,
    [tenantId, rows],
  );
}

/** An identity that is current is one person's. */
function eachOnce(drawn: readonly Omit<Person, 'id'>[]): Person[] {
  const taken = new Set(drawn.map(({ address }) => address));
  return drawn.map((one) => ({
    ...one,
    id: newId(),
    further: one.further.filter(({ address, isRetired }) => {
      const isFree = isRetired || !taken.has(address);
      if (!isRetired) taken.add(address);
      return isFree;
    }),
  }));
}

function read(input: unknown): Filter {
  const parsed = parseFilter(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.filter;
}

describe('a filter', () => {
  it('finds in the database exactly whom it describes', async () => {
    const { manager } = db.database;
    const crowd = fc.uniqueArray(person, { minLength: 8, maxLength: 11, selector: ({ address }) => address });
    await fc.assert(
      fc.asyncProperty(crowd, fc.array(tree, { minLength: 20, maxLength: 30 }), async (drawn, trees) => {
        const people = eachOnce(drawn);
        await write(people);
        for (const input of trees) {
          const filter = read(input);
          const expected = people.filter((one) => matches(filter, one, now)).map(({ id }) => id);
          const page = { limit: 100, beforeId: undefined, now };
          const found = await contactIds(manager, tenantId, filter, page);
          expect({ input, found: found.toSorted() }).toEqual({ input, found: expected.toSorted() });
          expect(await countContacts(manager, tenantId, filter, now)).toBe(expected.length);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('agrees with the numbering plans about the country of every example number', async () => {
    const numbers = getCountries().flatMap((country) => getExampleNumber(country, examples)?.number ?? []);
    expect(numbers.length).toBeGreaterThan(240);
    for (const country of getCountries()) {
      const { prefix, pattern } = numbersOfCountry(country) ?? { prefix: '', pattern: undefined };
      const rows = await db.database.manager.query<{ phone: string }[]>(
        `SELECT phone FROM unnest($1::text[]) AS phone
         WHERE starts_with(phone, $2) AND ($3::text IS NULL OR phone ~ $3)`,
        [numbers, prefix, pattern ?? null],
      );
      const expected = numbers.filter((number) => parsePhoneNumberFromString(number)?.country === country);
      expect({ country, found: rows.map(({ phone }) => phone).toSorted() }).toEqual({
        country,
        found: expected.toSorted(),
      });
    }
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { defaultImportLimits } from '../../src/modules/contacts/import/limits.js';
import { openXlsx } from '../../src/modules/contacts/import/xlsx/index.js';
import { waitFor } from '../support/wait-for.js';
import { becomes, dataOf, fillTenant, pathOf, type FilledTenant } from './filled-tenant.js';
import { declaredRoutes, startSurface, type Call, type Data, type Surface } from './surface.js';

/** Two of each kind, so that showing the kind alone is not enough; the second wrote before it was known. */
const LIDS = ['190000000000071', '190000000000072'] as const;
const IDS = [
  { id: 'BR.1a2b3c71', portfolio: '1029384756' },
  { id: 'BR.1a2b3c72', portfolio: null },
] as const;
const SHOWN_LATER = '+5511961000091';
const CHANGED_TO = '+5511961000092';
/** How the engine writes identities for itself, and numbers of people who were erased. */
const INTERNAL = /\b(lid|bsuid):|erased-/;
const PHONE = /^\+[1-9]\d{4,14}$/;

let surface: Surface;
let call: Call;
let owned: FilledTenant;
/** Of the people without a number, in the order of LIDS and IDS. */
let people: string[];
let campaignId: string;
let draftId: string;
let listId: string;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'starling-people-'));
  surface = await startSurface();
  ({ call } = await surface.as('owner'));
  owned = await fillTenant(call);
  listId = String((await make('/api/lists', { name: 'Without a number' }))['id']);
  people = [
    await contact({ lid: LIDS[0] }),
    await writer(LIDS[1]),
    await contact({ businessScopedId: IDS[0] }),
    await contact({ businessScopedId: IDS[1] }),
  ];
  await call('POST', `/api/lists/${listId}/members`, { body: { contactIds: people } });
  const erased = await contact({ lid: '190000000000079' });
  campaignId = await campaign('Parcels', 'Your parcel is at platform 9');
  await make(`/api/campaigns/${campaignId}/start`, {});
  await becomes(call, `/api/campaigns/${campaignId}`, 'completed');
  // A text that nobody at all could be sent is refused.
  await contact({ phoneNumber: '+5511961000093', attributes: { shoeSize: 42 } });
  draftId = await campaign('Never sent', 'Dear {{ contact.shoeSize }}');
  await call('POST', `/api/contacts/${erased}/erase`, { body: {} });
  await make('/api/suppressions', { lids: LIDS, businessScopedIds: IDS, reason: 'by letter' });
  await importedWithErrors();
  await knownByNumberLater();
}, 60_000);
afterAll(async () => {
  await surface.close();
  await rm(folder, { recursive: true, force: true });
});

async function make(path: string, body: object): Promise<Data> {
  return dataOf(await call('POST', path, { body }));
}

async function contact(fields: object): Promise<string> {
  return String((await make('/api/contacts', { ...fields, listIds: [listId] }))['id']);
}

function campaign(name: string, template: string): Promise<string> {
  const body = { name, template, listIds: [listId], senderIds: [owned.senders], minDelay: 0, maxDelay: 0 };
  return make('/api/campaigns', body).then(({ id }) => String(id));
}

async function writer(lid: string): Promise<string> {
  surface.network.write({ lid, to: owned.senders, text: 'Who is this?' });
  const [found] = await waitFor(async () => some(`/api/contacts?lid=${lid}`), { what: 'a writer by LID' });
  return String(found?.['id']);
}

async function some(path: string): Promise<Data[] | undefined> {
  const items = dataOf(await call('GET', path)) as unknown as Data[];
  return items.length > 0 ? items : undefined;
}

/** One that shows the number and changes it, whose history has all of it. */
async function knownByNumberLater(): Promise<void> {
  const lid = '190000000000073';
  const id = await writer(lid);
  surface.network.show({ lid, phone: SHOWN_LATER });
  surface.network.changeIdentity({ lid, newPhone: CHANGED_TO });
  await waitFor(() => some(`/api/contacts?phoneNumber=${encodeURIComponent(CHANGED_TO)}`), {
    what: 'the changed number',
  });
  const twin = await contact({ lid: '190000000000074' });
  await call('POST', `/api/contacts/${id}/merge`, { body: { contactId: twin } });
  owned.contacts = id;
}

async function importedWithErrors(): Promise<void> {
  const form = new FormData();
  const rows = [
    'phone,name,whatsapp_lid,business_scoped_id',
    ',Ana,190000000000075,',
    ',Bo,,1029384756/BR.1a2b3c75',
    ',Cy,not-a-lid,',
    ',Di,,not-an-id',
  ];
  form.set('file', new Blob([rows.join('\n')]), 'people.csv');
  const { id } = dataOf(await call('POST', '/api/contacts/import', { form }));
  await becomes(call, `/api/imports/${id}`, 'completed');
  owned.imports = String(id);
}

/** Where a number has to stand, unless it is null: fields of that name in any answer, but those that name a column. */
function wrongNumbers(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => wrongNumbers(item, `${path}[${index}]`));
  if (typeof value === 'string') {
    const isNumberField = /\.(phoneNumber|phone|to|from)$/.test(path) && !path.includes('.columns.');
    return INTERNAL.test(value) || (isNumberField && !PHONE.test(value)) ? [`${path} = ${value}`] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => wrongNumbers(item, `${path}.${name}`));
}

it('a field for numbers has a number or null in every answer, and nothing is shown as the engine writes it', async () => {
  const [first = ''] = people;
  const messages = dataOf(await call('GET', `/api/messages?contactId=${people[1]}`)) as unknown as Data[];
  const variants: Partial<FilledTenant>[] = [
    {},
    { campaigns: campaignId, contacts: first, messages: String(messages[0]?.['id']) },
    { campaigns: draftId, contacts: String(people[2]) },
  ];
  const found: string[] = [];
  let asked = 0;
  for (const ids of variants) {
    for (const { path } of declaredRoutes.filter(({ method }) => method === 'get')) {
      const answer = await call('GET', pathOf(path, { ...owned, ...ids }));
      const { body, text, status } = answer;
      if (status === 200) asked += 1;
      if (body) found.push(...wrongNumbers(body.data, path));
      else if (INTERNAL.test(text)) found.push(`${path}: ${INTERNAL.exec(text)?.[0]}`);
    }
  }
  for (const [path, request] of [
    ['/api/segments/preview', { filter: { field: 'optedOut', op: 'equals', value: false } }],
    ['/api/templates/preview', { content: 'Hi {{ name | default: "there" }}', contactIds: people }],
    [`/api/campaigns/${draftId}/dry-run`, {}],
  ] as const) {
    const { body, status } = await call('POST', path, { body: request });
    expect({ path, status }).toEqual({ path, status: 200 });
    found.push(...wrongNumbers(body?.data, path));
  }
  expect(found).toEqual([]);
  expect(asked).toBeGreaterThan(2 * 30);
});

/** What tells the people without a number apart, in their order. */
const TOLD: string[] = [...LIDS, ...IDS.map(({ id }) => id)];

it.each<[string, (item: Data) => string, () => string]>([
  ['the recipients of a campaign', idOf('contactId'), () => `/api/campaigns/${campaignId}/contacts`],
  ['the problems of a campaign', idOf('contactId'), () => `/api/campaigns/${draftId}/problems`],
  ['the suppressions', () => '', () => '/api/suppressions'],
])('%s say who each person is', async (_, whose, path) => {
  const items = dataOf(await call('GET', `${path()}?limit=100`)) as unknown as Shown[];
  const shown = items.filter(
    (item) => whose(item as unknown as Data) === '' || people.includes(whose(item as unknown as Data)),
  );
  expect(
    shown
      .flatMap(told)
      .filter((each) => TOLD.includes(each))
      .toSorted(),
  ).toEqual(TOLD.toSorted());
  expect(items.find(({ businessScopedId }) => businessScopedId?.id === IDS[0].id)).toMatchObject({
    phoneNumber: null,
    lid: null,
    businessScopedId: IDS[0],
  });
});

interface Shown {
  phoneNumber: string | null;
  lid: string | null;
  businessScopedId: { id: string; portfolio: string | null } | null;
}

function idOf(field: string): (item: Data) => string {
  return (item) => String(item[field]);
}

function told({ lid, businessScopedId }: Shown): string[] {
  return [lid ?? businessScopedId?.id ?? []].flat();
}

it('a message says whom it is to or from, and its trace, too', async () => {
  const messages = dataOf(await call('GET', `/api/messages?contactId=${people[1]}`));
  expect(messages).toMatchObject([
    { direction: 'out', to: null, from: null, lid: LIDS[1], businessScopedId: null },
    { direction: 'in', to: null, from: null, lid: LIDS[1], businessScopedId: null },
  ]);
  const trace = dataOf(await call('GET', `/api/campaigns/${campaignId}/contacts/${people[2]}/trace`));
  expect(trace).toMatchObject({
    phoneNumber: null,
    businessScopedId: IDS[0],
    state: 'skipped',
    code: 'no_reachable_identity',
  });
});

it('the history of a contact names identities as every other answer does', async () => {
  const history = dataOf(await call('GET', `/api/contacts/${owned.contacts}/history`));
  const phone = (phoneNumber: string) => ({ phoneNumber, lid: null, businessScopedId: null });
  expect(history).toMatchObject([
    { kind: 'merged', detail: { contactId: expect.any(String), identities: [{ lid: '190000000000074' }] } },
    { kind: 'identity_changed', detail: { from: [phone(SHOWN_LATER)] } },
    { kind: 'identity_added', detail: { identities: [phone(CHANGED_TO)] } },
    { kind: 'identity_added', detail: { identities: [phone(SHOWN_LATER)] } },
  ]);
});

it.each(['contacts/export', 'campaigns/:id/export'])(
  'files of %s have columns for each identity',
  async (path) => {
    const url = `/api/${path.replace(':id', campaignId)}`;
    const csv = (await call('GET', url)).text;
    const sheet = (await sheetOf(`${url}?format=xlsx`)).map((cells) => cells.join(','));
    for (const text of [csv, sheet.join('\n')]) {
      expect(text).not.toMatch(INTERNAL);
      for (const lid of LIDS) expect(text.split('\n').filter((line) => line.includes(lid))).toHaveLength(1);
      expect(text).toContain('whatsapp_lid,business_scoped_id');
      expect(text).toContain('1029384756/BR.1a2b3c71');
      expect(text).toMatch(/,BR\.1a2b3c72/);
    }
  },
);

async function sheetOf(path: string): Promise<string[][]> {
  const { token } = await surface.as('owner', await tenantId());
  const response = await fetch(surface.url + path, { headers: { authorization: `Bearer ${token}` } });
  const file = join(folder, 'sheet.xlsx');
  await writeFile(file, Buffer.from(await response.arrayBuffer()));
  const rows: string[][] = [];
  for await (const { cells } of (await openXlsx(file, defaultImportLimits)).rows) rows.push(cells);
  return rows;
}

async function tenantId(): Promise<string> {
  const [row] = await surface.db.database.manager.query<{ id: string }[]>(
    'SELECT tenant_id AS id FROM contacts WHERE id = $1',
    [people[0]],
  );
  return String(row?.id);
}

it('rejected rows say what is wrong with an identity, in the words of the file', async () => {
  const { text } = await call('GET', `/api/imports/${owned.imports}/errors`);
  expect(text).toContain('the cell ""whatsapp_lid"" is not a LID in digits');
  expect(text).toContain('the cell ""business_scoped_id"" is not an id such as');
});

it('the log names nobody by number or identity', () => {
  const named = [...LIDS, ...IDS.map(({ id }) => id), SHOWN_LATER, CHANGED_TO];
  expect(named.filter((each) => surface.log().includes(each))).toEqual([]);
});

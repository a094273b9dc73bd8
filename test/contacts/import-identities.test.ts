import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { planColumns } from '../../src/modules/contacts/import/core/columns.js';
import { reportColumns } from '../../src/modules/contacts/import/core/column-report.js';
import { ImportHarness } from './import-harness.js';

let harness: ImportHarness;

beforeAll(async () => {
  harness = await ImportHarness.create();
});
afterAll(() => harness.close());

const PHONE = '+5511987654321';
const LID = '190000000000001';

async function identities(tenantId: string): Promise<string[]> {
  const { items } = await harness.contacts.list(tenantId, {}, { limit: 50 });
  return items.map((contact) => contact.identities.map(({ line }) => line).join(' ')).toSorted();
}

it('people come with a LID or a business-scoped id, beside a number or without one', async () => {
  const file = [
    'phone,whatsapp_lid,business_scoped_id,city',
    `${PHONE},${LID},,Recife`,
    ',250000000000002,p1/BR.two,Olinda',
    ',,BR.three,Natal',
    ',x,,Natal',
    ',,,Natal',
  ].join('\n');
  const done = await harness.run(file);
  expect(done.import.counts).toMatchObject({ created: 3, invalid: 2 });
  expect(done.import.columns).toMatchObject({ identities: ['whatsapp_lid', 'business_scoped_id'] });
  expect(done.errors).toContain('is not a LID in digits');
  expect(done.contacts.map(({ attributes }) => Object.keys(attributes))).toEqual([
    ['city'],
    ['city'],
    ['city'],
  ]);
  const known = [`${PHONE} lid:${LID}`, 'bsuid::BR.three', 'lid:250000000000002 bsuid:p1:BR.two'];
  expect(await identities(done.tenantId)).toEqual(known);
  // Again: nobody is made twice, whatever the person is named by.
  const { import: again } = await harness.run(
    `whatsapp_lid,city\n${LID},Recife\n250000000000002,Olinda`,
    done,
  );
  expect(again.counts).toMatchObject({ created: 0, unchanged: 2 });
  expect(await identities(done.tenantId)).toEqual(known);
});

it('a file merges nobody: what another contact is known by stays there', async () => {
  const first = await harness.run(`phone,whatsapp_lid\n${PHONE},${LID}`);
  await harness.run(`phone,whatsapp_lid\n+5531987654321,${LID}`, first);
  expect(await identities(first.tenantId)).toEqual([`${PHONE} lid:${LID}`, '+5531987654321']);
});

it('a mapping names the columns, and "lid" by itself is an attribute', () => {
  const outcome = planColumns(['Telefon', 'lid', 'Code'], { lid: 'Code' }, 'DE');
  if (!outcome.ok) throw new Error(outcome.reason);
  expect(reportColumns(outcome.plan)).toMatchObject({
    identities: ['Code'],
    attributes: [{ key: 'lid', column: 'lid' }],
  });
});

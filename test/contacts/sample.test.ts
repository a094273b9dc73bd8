import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { counts, ImportHarness } from './import-harness.js';

let harness: ImportHarness;
beforeAll(async () => {
  harness = await ImportHarness.create();
});
afterAll(() => harness.close());

it('the messy sample of the demo gives 60 contacts, 4 repetitions and 11 rejected rows', async () => {
  const file = await readFile('samples/contacts-messy.csv');
  const result = await harness.run(file, { fileName: 'contacts-messy.csv' });
  expect(result.import).toMatchObject({
    status: 'completed',
    counts: counts({ created: 60, duplicate: 4, invalid: 11 }),
  });
  expect(result.contacts.every(({ attributes }) => attributes['city'] && attributes['product'])).toBe(true);
  const countries = new Set(result.contacts.map(({ phone }) => phone.slice(0, 3)));
  expect(countries.size).toBeGreaterThan(35);
  expect(JSON.stringify(result.contacts)).not.toContain('\uFFFD');
  expect(result.contacts.filter(({ name }) => name === null)).toHaveLength(1);
  expect(result.errors).toMatch(/,'=1\+1,/);
});

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arrayLiteral } from '../../src/db/array-literal.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

it.each([
  [[], '{}'],
  [['0198c0de-0000-7000-8000-000000000000', 'sent'], '{0198c0de-0000-7000-8000-000000000000,sent}'],
  [[1, -2.5, true], '{1,-2.5,true}'],
  [[null, undefined, 'null', 'NULL', 'nullable'], '{NULL,NULL,"null","NULL",nullable}'],
  [['', ' ', 'a,b', 'a"b', 'a\\b', '{x}', 'é'], '{""," ","a,b","a\\"b","a\\\\b","{x}","é"}'],
  [[new Date(Date.UTC(2026, 1, 3))], '{2026-02-03T00:00:00.000Z}'],
])('%j is written as %s', (items, literal) => {
  expect(arrayLiteral(items)).toBe(literal);
});

it.each([[[[1]]], [[Buffer.from('x')]], [[{ a: 1 }]], [[new Date(NaN)]], [[1n]]])(
  'leaves to the driver what only that can write: %j',
  (items) => {
    expect(arrayLiteral(items)).toBeUndefined();
  },
);

it('PostgreSQL reads texts, times and missing values as they were given', async () => {
  const text = fc.option(
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('NULL', '\\', '"', '}', ',')),
  );
  const time = fc.option(fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(text.map((each) => each?.replaceAll('\0', '') ?? null)),
      fc.array(time),
      async (texts, times) => {
        const [row] = await test.database.manager.query<{ texts: string[]; times: Date[] }[]>(
          'SELECT $1::text[] AS texts, $2::timestamptz[] AS times',
          [texts, times],
        );
        expect(row).toEqual({ texts, times });
      },
    ),
    { numRuns: 50 },
  );
});

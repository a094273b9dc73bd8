import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { getCountries, getCountryCallingCode } from 'libphonenumber-js/max';
import { lineOf } from '../../src/lib/phone-line.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

/** Every way a number may begin behind its country code, and every length, of countries with and without old forms. */
function manyNumbers(): string[] {
  const codes = [...new Set(getCountries().map((country) => `+${getCountryCallingCode(country)}`))];
  const beginnings = Array.from({ length: 1_000 }, (_, index) => String(index).padStart(3, '0'));
  const old = ['+55', '+52', '+54', '+229', '+225', '+241'];
  return [
    ...old.flatMap((code) =>
      beginnings.flatMap((start) =>
        [7, 8, 9, 10, 11, 12].map((length) => code + start.padEnd(length, '4567')),
      ),
    ),
    ...codes.flatMap((code) => ['1', '5', '8', '9'].map((digit) => `${code}${digit}12345678`)),
    'erased-0198c0de-0000-7000-8000-000000000000',
    '+55 31 8123-4567',
    '553181234567',
    '',
  ];
}

it('the database and the code give every number the same line', async () => {
  const numbers = manyNumbers();
  const rows: { phone: string; line: string }[] = await test.database.manager.query(
    'SELECT phone, phone_line(phone) AS line FROM unnest($1::text[]) AS phone',
    [numbers],
  );
  expect(rows).toHaveLength(numbers.length);
  const changed = rows.filter(({ phone, line }) => phone !== line);
  expect(changed.length).toBeGreaterThan(1_000);
  expect(rows.filter(({ phone, line }) => line !== lineOf(phone))).toEqual([]);
});

it('a table with numbers has their lines, made by the database', async () => {
  const rows: { table: string; expression: string }[] = await test.database.manager.query(
    `SELECT p.table_name AS table, l.generation_expression AS expression
     FROM information_schema.columns p
     LEFT JOIN information_schema.columns l
       ON l.table_schema = p.table_schema AND l.table_name = p.table_name AND l.column_name = 'line'
     WHERE p.table_schema = current_schema() AND p.column_name = 'phone' ORDER BY 1`,
  );
  expect(rows).toEqual([
    { table: 'contacts', expression: 'COALESCE(phone_line(phone), address)' },
    { table: 'deliveries', expression: 'phone_line(phone)' },
    { table: 'number_check_items', expression: 'phone_line(phone)' },
  ]);
});

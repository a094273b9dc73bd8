import { describe, expect, it } from '@jest/globals';
import { analyse } from '../support/table-access/analyse.js';
import { programInMemory } from '../support/table-access/program.js';

const ENTITIES = `
  export declare function Entity(name: string): (target: unknown) => void;
  @Entity('contacts') export class Contact { id = ''; }
  @Entity('messages') export class Message { id = ''; }`;

function analysed(code: string, files: Record<string, string> = {}) {
  return analyse(
    programInMemory({
      'src/tables.entity.ts': ENTITIES,
      'src/code.ts': `import { Contact, Message } from './tables.entity.js';
        declare const tx: any; declare const id: string; declare const some: boolean;
        ${code}`,
      ...files,
    }),
    'src',
  );
}

/** Which tables the code uses, as `read contacts`. */
function uses(code: string): string[] {
  const { uses: found, unclear: open } = analysed(code);
  expect(open).toEqual([]);
  return [...new Set(found.map(({ access, table }) => `${access} ${table}`))].toSorted();
}

function unclear(code: string): string[] {
  return analysed(code).unclear;
}

describe('tables in SQL', () => {
  it.each([
    ['INSERT INTO contacts (id) VALUES ($1)', ['write contacts']],
    ['UPDATE contacts c SET id = $1', ['write contacts']],
    ['UPDATE ONLY "contacts" SET id = $1', ['write contacts']],
    ['DELETE FROM public.contacts WHERE id = $1', ['write contacts']],
    ['TRUNCATE contacts, messages', ['write contacts', 'write messages']],
    ['LOCK TABLE contacts IN EXCLUSIVE MODE', ['write contacts']],
    ['ALTER TABLE IF EXISTS contacts DISABLE TRIGGER USER', ['write contacts']],
    ['COPY contacts (id) FROM STDIN', ['write contacts']],
    ['COPY contacts TO STDOUT', ['read contacts']],
    [
      'MERGE INTO contacts c USING messages m ON true WHEN MATCHED THEN DELETE',
      ['read messages', 'write contacts'],
    ],
    ['DELETE FROM contacts USING messages m WHERE m.id = contacts.id', ['read messages', 'write contacts']],
    ['UPDATE contacts SET id = m.id FROM messages m', ['read messages', 'write contacts']],
    ['INSERT INTO contacts SELECT id FROM messages', ['read messages', 'write contacts']],
    ['INSERT INTO contacts VALUES ($1) ON CONFLICT DO UPDATE SET id = $1', ['write contacts']],
    ['WITH gone AS (DELETE FROM contacts RETURNING id) SELECT id FROM gone', ['write contacts']],
    [
      'WITH a AS (SELECT 1), b (x) AS MATERIALIZED (UPDATE messages SET id = 1 RETURNING 1) SELECT',
      ['write messages'],
    ],
    ['update contacts set id = $1', ['write contacts']],
    ['select from contacts', ['read contacts']],
  ])('%s', (sql, found) => {
    expect(uses(`tx.query(\`${sql}\`)`)).toEqual(found);
  });

  it.each([
    ['SELECT 1 FROM contacts'],
    ['SELECT 1 FROM unnest($1::uuid[]) AS given (id), contacts'],
    ['SELECT 1 FROM x JOIN y ON f(x.a, y.b) = 1, contacts WHERE true'],
    ['SELECT 1 FROM x LEFT JOIN LATERAL (SELECT FROM contacts LIMIT 1) c ON true'],
    ['SELECT 1 FROM (x JOIN contacts USING (id))'],
    ['SELECT 1 FROM x WHERE EXISTS (SELECT FROM contacts c WHERE c.id = x.id)'],
    ['SELECT (SELECT count(*) FROM contacts), a FROM x'],
    ['SELECT 1 FROM contacts FOR NO KEY UPDATE'],
    ['ANALYZE contacts'],
    ['SELECT 1 FROM x UNION ALL SELECT 2 FROM contacts'],
    ["SELECT 'it''s' FROM contacts -- FROM messages"],
  ])('%s reads contacts only', (sql) => {
    expect(uses(`tx.query(\`${sql}\`)`)).toEqual(['read contacts']);
  });

  it.each([
    ['SELECT contacts, messages FROM x'],
    ['SELECT contacts.id FROM x AS contacts'],
    ["SELECT 'DELETE FROM contacts' FROM x"],
    ['SELECT a IS DISTINCT FROM messages, extract(epoch FROM contacts), substring(a FROM contacts) FROM x'],
    ['SELECT 1 FROM x /* JOIN contacts */ ORDER BY a, contacts FOR UPDATE'],
    ['SELECT 1 FROM contacts(1)'],
    ['CREATE INDEX a ON b USING gin (messages)'],
  ])('%s names no table', (sql) => {
    expect(uses(`tx.query(\`${sql}\`)`)).toEqual([]);
  });
});

describe('texts that are put together', () => {
  it.each([
    ['constants', "const WHO = 'contacts'; const DO = 'UPDATE'; tx.query(`${DO} ${WHO} SET id = 1`)"],
    ['sums', "const sql = 'UPDATE ' + 'contacts' + ' SET id = 1'; tx.query(sql)"],
    ['a choice', "tx.query(`UPDATE ${some ? 'contacts' : 'contacts'} SET id = 1`)"],
    ['parameters', "function set(table: string) { return `UPDATE ${table} SET id = 1` } set('contacts')"],
    [
      'a given object',
      "function set({ table: t }: any) { return `UPDATE ${t} SET id = 1` } set({ table: 'contacts' })",
    ],
    ['defaults', "const set = (table = 'contacts') => `UPDATE ${table} SET id = 1`"],
    ['types', "function set(table: 'contacts') { return `UPDATE ${table} SET id = 1` }"],
    ['records', "const NAMES = { a: 'contacts' } as const; `UPDATE ${NAMES.a} SET id = 1`"],
    ['lookups', "const NAMES = { a: 'contacts' }; tx.query(`UPDATE ${NAMES[id as 'a']} SET id = 1`)"],
    [
      'functions',
      "function name() { if (some) return 'contacts'; return 'x' } `UPDATE ${name()} SET id = 1`",
    ],
    [
      'methods',
      "class A { name() { return 'contacts' } run() { tx.query(`UPDATE ${this.name()} SET id = 1`) } }",
    ],
    [
      'getters',
      "class A { get name() { return 'contacts' } run() { tx.query(`UPDATE ${this.name} SET id = 1`) } }",
    ],
    [
      'properties',
      "class A { t = 'x'; b() { this.t = 'contacts' } c() { return `UPDATE ${this.t} SET id = 1` } }",
    ],
    ['variables', "let table = 'x'; if (some) table = 'contacts'; tx.query(`UPDATE ${table} SET id = 1`)"],
    ['lists', "tx.query(['UPDATE', 'contacts', 'SET id = 1'].join(' '))"],
    [
      'several values',
      "tx.query(`UPDATE ${some ? 'x' : 'contacts'} SET ${some ? 'a' : some ? 'b' : 'c'} = 1`)",
    ],
    ['a condition, too', 'const gone = `${id} = ANY(1)`; tx.query(`DELETE FROM contacts WHERE ${gone}`)'],
    ['a piece never used', 'export const SET = `UPDATE contacts SET id = ${id}`;'],
  ])('%s', (_, code) => {
    expect(uses(code)).toEqual(['write contacts']);
  });

  it('follows imports, and counts a table where its name stands', () => {
    const { uses: found } = analysed(
      "import { GONE, del } from './other.js'; tx.query(`SELECT 1 FROM ${GONE}`); del('messages');",
      {
        'src/other.ts':
          "export const GONE = 'contacts'; export const del = (table: string) => `DELETE FROM ${table}`;",
      },
    );
    expect(found).toEqual([
      { file: 'src/code.ts', line: 3, table: 'messages', access: 'write' },
      { file: 'src/other.ts', line: 1, table: 'contacts', access: 'read' },
    ]);
  });

  it('names the line within a text of several lines', () => {
    const { uses: found } = analysed('tx.query(`SELECT 1\n\n FROM x JOIN\n contacts`)');
    expect(found).toMatchObject([{ line: 6, table: 'contacts' }]);
  });

  it('does not pass over a table that is known at run time only', () => {
    expect(
      unclear('export function drop(table: string) { return tx.query(`DELETE FROM "${table}"`); }'),
    ).toEqual(['src/code.ts:3: which table is "table"?']);
    expect(unclear('tx.query(`SELECT 1 FROM x JOIN ${id}_counts ON true`)')).toEqual([
      'src/code.ts:3: which table is "id"?',
    ]);
  });

  it('does not let a common table expression hide a table', () => {
    expect(
      unclear('tx.query(`WITH a AS (SELECT 1), contacts AS (SELECT 2) SELECT * FROM contacts`)'),
    ).toEqual(['src/code.ts:3: "contacts" is a table; the common table expression needs a name of its own']);
  });

  it('takes values beside a table for what they are', () => {
    expect(
      uses('tx.query(`SELECT ${id} FROM contacts WHERE a = ${id} AND extract(epoch FROM ${id}) > 1`)'),
    ).toEqual(['read contacts']);
  });
});

describe('prose', () => {
  it.each([
    ["throw new Error('You may not update contacts, delete from contacts, or join contacts.')"],
    ['throw new Error(`Cannot copy contacts from messages: ${id}`)'],
    ["log.info('Contacts of a campaign are taken from contacts')"],
    ["export const help = { summary: 'Update contacts', query: 'select from contacts' }"],
    ['/** UPDATE contacts SET id = 1 */ // DELETE FROM contacts'],
  ])('%s', (code) => {
    expect(uses(code)).toEqual([]);
  });
});

describe('tables through TypeORM', () => {
  it.each([
    ['tx.insert(Contact, {})', 'write contacts'],
    ['tx.update(Contact, { id }, {})', 'write contacts'],
    ["tx.delete('contacts', { id })", 'write contacts'],
    ['tx.save(new Contact())', 'write contacts'],
    ['const row: Contact = tx.x; tx.remove(row)', 'write contacts'],
    ['tx.getRepository(Contact).delete({ id })', 'write contacts'],
    ['const kept = tx.getRepository(Contact);', 'write contacts'],
    ["tx.createQueryBuilder().update(Contact).set({}).where('true').execute()", 'write contacts'],
    ["tx.createQueryBuilder(Contact, 'c').delete().execute()", 'write contacts'],
    ['tx.createQueryBuilder().insert().into(Contact).execute()', 'write contacts'],
    ["new Limiter({ tableName: 'contacts' })", 'write contacts'],
    ['tx.findOneBy(Contact, { id })', 'read contacts'],
    ['tx.getRepository(Contact).countBy({ id })', 'read contacts'],
    ["tx.createQueryBuilder(Contact, 'c').getMany()", 'read contacts'],
    ["tx.x().innerJoin(Contact, 'c', 'true')", 'read contacts'],
    ["tx.x().where('exists (select from contacts)')", 'read contacts'],
  ])('%s', (code, found) => {
    expect(uses(`declare const Limiter: any; ${code}`)).toEqual([found]);
  });

  it('leaves sets, maps and classes of other kinds alone', () => {
    expect(
      uses(
        "declare const set: any; const one = new Contact(); set.delete(one); set.delete(id); tx.get('contacts')",
      ),
    ).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Analysis, analyse, type TableUse } from '../support/table-access/analyse.js';
import { programOf } from '../support/table-access/program.js';
import { type Access, scanSql } from '../support/table-access/sql.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { foreignReads, foreignWrites, tablesWithoutEntity, triggerWrites } from './table-access.js';

let db: TestDatabase;
let found: Analysis;
beforeAll(async () => {
  db = await createTestDatabase();
  found = analyse(programOf('tsconfig.build.json'), 'src', [...tablesWithoutEntity.keys()]);
});
afterAll(() => db.close());

/** A module, or the folder of src/ beside the modules. */
function moduleOf(file: string): string {
  const [, folder = '', module = ''] = file.split('/');
  return folder === 'modules' ? module : folder;
}

function ownerOf(table: string): string {
  const entity = found.declared.get(table);
  return entity === undefined ? (tablesWithoutEntity.get(table) ?? '') : moduleOf(entity);
}

function foreign(wanted: Access): TableUse[] {
  return found.uses.filter(
    ({ file, table, access }) => access === wanted && moduleOf(file) !== ownerOf(table),
  );
}

/** What is used without standing in the list, and what stands there without being used. */
function compare(used: readonly string[], listed: readonly string[]) {
  return {
    unlisted: [...new Set(used)].filter((name) => !listed.includes(name)).toSorted(),
    noLongerNeeded: listed.filter((name, index) => !used.includes(name) || listed.indexOf(name) !== index),
  };
}

const AGREE = { unlisted: [], noLongerNeeded: [] };

describe('access to tables', () => {
  it('is visible in the source everywhere', () => {
    expect(found.unclear).toEqual([]);
  });

  it('belongs to a module for every table of the database', async () => {
    const rows: { name: string }[] = await db.database.manager.query(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
    );
    const owned = [...found.declared.keys(), ...tablesWithoutEntity.keys()];
    expect(
      compare(
        rows.map(({ name }) => name),
        owned,
      ),
    ).toEqual(AGREE);
  });

  it('writes only what belongs to the same module, but for the exceptions in the list', () => {
    const writes = foreign('write').map(({ file, table }) => `${file} writes ${table}`);
    const listed = foreignWrites.map(({ file, table }) => `${file} writes ${table}`);
    expect(compare(writes, listed)).toEqual(AGREE);
  });

  it('reads only what belongs to the same module or stands in the list', () => {
    const reads = foreign('read').map(({ file, table }) => `${moduleOf(file)} reads ${table}`);
    const listed = Object.entries(foreignReads).flatMap(([module, tables]) =>
      Object.keys(tables).map((table) => `${module} reads ${table}`),
    );
    expect(compare(reads, listed)).toEqual(AGREE);
  });

  it('of triggers writes only tables of the same module, but for the exceptions in the list', async () => {
    const rows: { name: string; on: string | null; body: string }[] = await db.database.manager.query(
      `SELECT p.proname AS name, c.relname AS on, p.prosrc AS body
       FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = 'public'
       LEFT JOIN pg_trigger t ON t.tgfoid = p.oid LEFT JOIN pg_class c ON c.oid = t.tgrelid
       WHERE p.prosrc IS NOT NULL AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')`,
    );
    const known = new Set([...found.declared.keys(), ...tablesWithoutEntity.keys()]);
    const writes = rows.flatMap(({ name, on, body }) => {
      const { tables, unknown } = scanSql(body, known, { anyCase: true });
      expect(unknown).toEqual([]);
      return tables
        .filter(({ table, access }) => access === 'write' && (on === null || ownerOf(on) !== ownerOf(table)))
        .map(({ table }) => `${on ?? name} writes ${table}`);
    });
    const listed = triggerWrites.map(({ on, table }) => `${on} writes ${table}`);
    expect(compare(writes, listed)).toEqual(AGREE);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { csvLines, keptByWithoutMarks, withoutMarks } from '../../src/lib/csv.js';
import { ContactExportService } from '../../src/modules/contacts/index.js';
import { MAX_EXPORT_COLUMNS, partsOf } from '../../src/modules/contacts/export/export-parts.js';
import { createContactWorld, type ContactWorld } from '../contacts/world.js';
import { memoryInUse } from './memory.js';

const MEGABYTE = 1024 * 1024;

let world: ContactWorld;
let tenantId: string;

beforeAll(async () => {
  world = await createContactWorld();
});
beforeEach(async () => {
  tenantId = await world.test.createTenant();
});
afterAll(() => world.test.close());

/** As they were written before there was a limit, or under a higher one. */
async function setAttributes(ids: readonly string[], sql: string): Promise<void> {
  await world.database.manager.query(`UPDATE contacts SET attributes = (${sql}) WHERE id = ANY($1::uuid[])`, [
    ids,
  ]);
}

const names = (count: number) =>
  `SELECT jsonb_object_agg('key_' || number, 'x') FROM generate_series(1, ${count}) AS number`;
/** So many long texts of blanks, which the database keeps in little room. */
const blanks = (count: number) =>
  `SELECT jsonb_object_agg('key_' || number, repeat(E' \\t', 2000) || number) FROM generate_series(1, ${count}) AS number`;

/** The same service, with a count of the contacts it has read. */
function counting() {
  const read = { contacts: 0 };
  const { contacts, database } = world;
  const service = new ContactExportService({
    database,
    contacts: {
      checkedFilter: (filter) => contacts.checkedFilter(filter),
      async findMany(tenant, ids) {
        read.contacts += ids.length;
        return contacts.findMany(tenant, ids);
      },
    },
  });
  return { service, read };
}

describe('an export of contacts', () => {
  it('with too many columns is refused; the columns parameter names some', async () => {
    const [id = ''] = await world.many(tenantId, 1);
    await setAttributes([id], names(MAX_EXPORT_COLUMNS));
    for (const format of ['csv', 'xlsx'] as const) {
      await expect(world.exports.export(tenantId, {}, { format })).rejects.toMatchObject({
        kind: 'invalid',
        errors: [
          { path: 'columns', message: expect.stringContaining(`at most ${MAX_EXPORT_COLUMNS} columns`) },
        ],
      });
    }
    const columns = ['key_7', 'phoneNumber', 'key_900', 'key_7'];
    const { chunks } = await world.exports.export(tenantId, {}, { format: 'csv', columns });
    let text = '';
    for await (const chunk of chunks) text += chunk.toString();
    expect(text.split('\r\n')).toEqual(['\uFEFFkey_7,phoneNumber,key_900', 'x,+5511980000001,x', '']);
    await expect(
      world.exports.export(tenantId, {}, { format: 'csv', columns: ['name', 'key_0'] }),
    ).rejects.toMatchObject({
      errors: [{ path: 'columns[1]', message: 'none of these contacts has an attribute key_0' }],
    });
  });

  it('reads nothing more when its receiver has gone', async () => {
    const ids = await world.many(tenantId, 2_500);
    await setAttributes(ids, names(20));
    const { service, read } = counting();
    const left = await service.export(tenantId, {}, { format: 'csv' });
    const chunks = left.chunks[Symbol.asyncIterator]();
    await chunks.next();
    await chunks.next();
    await chunks.return?.();
    expect(read.contacts).toBeLessThan(500);
    const controller = new AbortController();
    const cut = await service.export(tenantId, {}, { format: 'xlsx', signal: controller.signal });
    read.contacts = 0;
    controller.abort();
    for await (const chunk of cut.chunks) expect(chunk.length).toBeGreaterThan(0);
    expect(read.contacts).toBe(0);
  });

  it('holds about a megabyte of long attributes at a time, and nothing at the end', async () => {
    const ids = await world.many(tenantId, 60);
    await setAttributes(ids, blanks(200));
    const before = await memoryInUse();
    let total = 0;
    for (const format of ['csv', 'xlsx'] as const) {
      const { service, read } = counting();
      const { chunks } = await service.export(tenantId, {}, { format });
      let longest = 0;
      for await (const chunk of chunks) {
        total += chunk.length;
        longest = Math.max(longest, chunk.length);
      }
      expect(read.contacts).toBe(60);
      expect(longest).toBeLessThan(2 * MEGABYTE);
    }
    expect(total).toBeGreaterThan(40 * MEGABYTE);
    expect((await memoryInUse()) - before).toBeLessThan(64 * MEGABYTE);
  });

  it('is divided by the bytes of attributes and by cells; a contact that is too long is alone', () => {
    const sizes = [10, 10, 900_000, 900_000, 5_000_000, 10].map((bytes, index) => ({
      id: `${index}`,
      bytes,
    }));
    expect(partsOf(sizes, 10)).toEqual([['0', '1', '2'], ['3'], ['4'], ['5']]);
    expect(partsOf(sizes.slice(0, 3), 2_500)).toEqual([['0', '1'], ['2']]);
    expect(partsOf(sizes.slice(0, 2), 9_000)).toEqual([['0'], ['1']]);
    expect(partsOf([], 10)).toEqual([]);
  });
});

describe('a cell', () => {
  it.each([
    ['blanks', ' '],
    ['tabs', '\t'],
    ['line ends', '\r\n'],
    ['semicolons', '; '],
    ['quotes', '"'],
    ['apostrophes', "'"],
    ['blanks and apostrophes', " '"],
    ['wide blanks', '\u3000\u00a0'],
  ])('of 300,000 %s is written and read back', (_what, signs) => {
    const text = signs.repeat(300_000 / signs.length);
    expect(withoutMarks(keptByWithoutMarks(text))).toBe(text);
    expect(csvLines([[text, `x${text}y`]]).length).toBeGreaterThan(600_000);
  });
});

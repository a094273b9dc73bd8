import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/lib/ids.js';
import type { ContactFilter } from '../../src/modules/contacts/index.js';
import { ImportHarness } from './import-harness.js';
import { createContactWorld, type ContactWorld } from './world.js';

let world: ContactWorld;
let tenantId: string;

beforeAll(async () => {
  world = await createContactWorld();
});
beforeEach(async () => {
  tenantId = await world.test.createTenant();
});
afterAll(() => world.test.close());

async function file(format: 'csv' | 'xlsx', filter: ContactFilter = {}): Promise<Buffer> {
  const { chunks } = await world.exports.export(tenantId, filter, { format });
  const bytes: Buffer[] = [];
  for await (const chunk of chunks) bytes.push(Buffer.from(chunk));
  return Buffer.concat(bytes);
}

async function fill(): Promise<string> {
  const list = await world.lists.create(tenantId, { name: 'Some' });
  await world.contacts.create(tenantId, {
    phoneNumber: '+5511987650001',
    name: '=cmd|x',
    attributes: { city: 'São Paulo', visits: 3 },
    tags: ['vip', 'gold'],
    listIds: [list.id],
  });
  await world.contacts.create(tenantId, {
    phoneNumber: '+5511987650002',
    attributes: { note: 'a "b", c' },
    optedOut: true,
  });
  return list.id;
}

describe('an export of contacts', () => {
  it('has a line per contact and a column per attribute, and runs no formulas', async () => {
    await fill();
    const lines = (await file('csv')).toString('utf8').split('\r\n');
    expect(lines).toEqual([
      '\uFEFFphoneNumber,name,tags,opted_out,consent,on_whatsapp,created_at,whatsapp_lid,business_scoped_id,city,note,visits',
      "+5511987650001,'=cmd|x,gold;vip,,,,2026-03-02T10:00:00.000Z,,,São Paulo,,3",
      '+5511987650002,,,2026-03-02T10:00:00.000Z,withdrawn (api),,2026-03-02T10:00:00.000Z,,,,"a ""b"", c",',
      '',
    ]);
  });

  it('keeps to the filters of the list', async () => {
    const listId = await fill();
    const count = async (filter: ContactFilter) =>
      (await file('csv', filter)).toString().split('\r\n').length - 2;
    expect(await count({})).toBe(2);
    expect(await count({ listId })).toBe(1);
    expect(await count({ tags: ['vip'] })).toBe(1);
    expect(await count({ optedOut: true })).toBe(1);
    expect(await count({ attributes: { city: 'nowhere' } })).toBe(0);
    await expect(
      world.exports.export(tenantId, { listId: newId() }, { format: 'csv' }),
    ).rejects.toMatchObject({
      kind: 'not_found',
    });
  });

  it.each(['csv', 'xlsx'] as const)('as %s is imported again as it was', async (format) => {
    await fill();
    await world.many(tenantId, 2_500);
    const harness = await ImportHarness.create();
    const { import: done, tenantId: owner } = await harness.run(await file(format), {
      fileName: `contacts.${format}`,
    });
    expect(done.counts).toMatchObject({ created: 2_502, invalid: 0 });
    const { items } = await harness.contacts.list(owner, { tags: ['gold', 'vip'] }, { limit: 5 });
    expect(items).toMatchObject([
      { phone: '+5511987650001', attributes: { city: 'São Paulo', visits: '3' } },
    ]);
    await harness.close();
  });
});

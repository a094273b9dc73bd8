import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { splitTags } from '../../src/modules/contacts/core/tags.js';
import { ImportHarness } from './import-harness.js';
import { createContactWorld, page, type ContactWorld } from './world.js';

let world: ContactWorld;
let tenantId: string;
const PHONE = '+5511987654321';

beforeAll(async () => {
  world = await createContactWorld();
});
beforeEach(async () => {
  tenantId = await world.test.createTenant();
});
afterAll(() => world.test.close());

describe('tags', () => {
  it('are kept clean, each once, and replaced by a change', async () => {
    const { id, tags } = await world.contacts.create(tenantId, {
      phoneNumber: PHONE,
      tags: [' vip ', 'gold', 'vip', '', 'São  Paulo'],
    });
    expect(tags).toEqual(['São Paulo', 'gold', 'vip']);
    expect((await world.contacts.update(tenantId, id, { name: 'Ana' })).tags).toEqual(tags);
    expect((await world.contacts.update(tenantId, id, { tags: ['new'] })).tags).toEqual(['new']);
    expect((await world.contacts.update(tenantId, id, { tags: [] })).tags).toEqual([]);
  });

  it('that are too long, too many or two in one are refused', async () => {
    const wrong = [
      ['x'.repeat(51)],
      ['a,b'],
      ['a;b'],
      Array.from({ length: 101 }, (_, index) => `t${index}`),
    ];
    for (const tags of wrong) {
      await expect(world.contacts.create(tenantId, { phoneNumber: PHONE, tags })).rejects.toMatchObject({
        kind: 'invalid',
        errors: [{ path: 'tags' }],
      });
    }
  });

  it('and attributes filter the list, all of them together', async () => {
    const make = (phoneNumber: string, tags: string[], attributes: Record<string, unknown>) =>
      world.contacts.create(tenantId, { phoneNumber, tags, attributes });
    const first = await make('+5511987650001', ['vip', 'gold'], { city: 'Recife', visits: 3 });
    const second = await make('+5511987650002', ['vip'], { city: 'Recife', member: true });
    const find = async (filter: Parameters<typeof world.contacts.list>[1]) =>
      (await world.contacts.list(tenantId, filter, page)).items.map(({ id }) => id);
    expect(await find({ tags: ['vip'] })).toEqual([second.id, first.id]);
    expect(await find({ tags: ['vip', 'gold'] })).toEqual([first.id]);
    expect(await find({ tags: ['VIP'] })).toEqual([]);
    expect(await find({ attributes: { city: 'Recife' } })).toEqual([second.id, first.id]);
    expect(await find({ attributes: { visits: '3' } })).toEqual([first.id]);
    expect(await find({ attributes: { member: 'true', city: 'Recife' } })).toEqual([second.id]);
    expect(await find({ tags: ['gold'], attributes: { member: 'true' } })).toEqual([]);
  });

  it('come from a column of a file, and are added to those a contact has', async () => {
    const harness = await ImportHarness.create();
    const owner = await harness.test.createTenant();
    await harness.contacts.create(owner, { phoneNumber: PHONE, tags: ['old', 'vip'] });
    const file = `phone;name;Etiquetas\n${PHONE};Ana;vip|new\n+5511987650002;"O""Neill \\\\";"a \\\\ ""b"", c"\n`;
    const { import: done } = await harness.run(file, { tenantId: owner });
    expect(done.counts).toMatchObject({ created: 1, updated: 1, invalid: 0 });
    const again = await harness.run(file, { tenantId: owner });
    expect(again.import.counts).toMatchObject({ unchanged: 2 });
    const { items } = await harness.contacts.list(owner, {}, page);
    expect(items.map(({ tags }) => tags)).toEqual([
      ['a \\\\ "b"', 'c'],
      ['new', 'old', 'vip'],
    ]);
    const bad = await harness.run(`phone,tags\n+5511987650003,${'x'.repeat(60)}\n`, { tenantId: owner });
    expect(bad.import.counts).toMatchObject({ invalid: 1 });
    expect(bad.errors).toContain('at most 50 characters');
    const mapped = await harness.run('a,b\n+5511987650004,x;y\n', {
      tenantId: owner,
      mapping: { phoneNumber: 'a', tags: 'b' },
    });
    expect(mapped.import.counts).toMatchObject({ created: 1 });
    const found = await harness.contacts.list(owner, { tags: ['x', 'y'] }, page);
    expect(found.items).toMatchObject([{ phone: '+5511987650004', attributes: {} }]);
    await harness.close();
  });

  it('in one cell are divided by commas, semicolons, bars and line breaks', () => {
    expect(splitTags('b, a;c | d\ne,,a')).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createContactWorld, type ContactWorld } from './world.js';

let world: ContactWorld;
let tenantId: string;
beforeAll(async () => {
  world = await createContactWorld();
  tenantId = await world.test.createTenant();
  const jose = apart({
    name: 'José Conceição',
    attributes: { cidade: 'São Paulo', situação: 'café' },
    tags: ['sócio'],
  });
  await world.contacts.create(tenantId, { phoneNumber: '+5511987654321', ...jose });
});
afterAll(() => world.test.close());

/** The same with accents as characters of their own, as files from a Mac have them. */
function apart<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value).normalize('NFD')) as Value;
}

describe('what is written with accents apart', () => {
  it('is stored composed', async () => {
    const { items } = await world.contacts.list(tenantId, {}, { limit: 10 });
    expect(items).toMatchObject([
      { name: 'José Conceição', attributes: { cidade: 'São Paulo', situação: 'café' }, tags: ['sócio'] },
    ]);
  });

  it.each([
    ['a name', { q: 'José' }],
    ['a part of a name', { q: 'conceiç' }],
    ['a tag', { tags: ['sócio'] }],
    ['an attribute', { attributes: { situação: 'café' } }],
  ])('is found by %s, in both forms', async (_, filter) => {
    for (const asked of [filter, apart(filter)]) {
      expect((await world.contacts.list(tenantId, asked, { limit: 10 })).items).toHaveLength(1);
    }
  });

  it('changes and removes the attribute of the same key', async () => {
    const { id } = await world.contacts.create(tenantId, {
      phoneNumber: '+5511987654322',
      attributes: { situação: 'a', é: 'b' },
    });
    const changed = await world.contacts.update(tenantId, id, {
      attributes: apart({ situação: 'c', é: null }),
    });
    expect(changed.attributes).toEqual({ situação: 'c' });
  });
});

it('a name that is none is stored as none', async () => {
  const { id, name } = await world.contacts.create(tenantId, {
    phoneNumber: '+5511987654323',
    name: '\u200b\u3164',
  });
  expect(name).toBeNull();
  await world.contacts.update(tenantId, id, { name: 'Ana' });
  expect((await world.contacts.update(tenantId, id, { name: 'NULL' })).name).toBeNull();
});

it('a field takes one number', async () => {
  const several = world.contacts.create(tenantId, { phoneNumber: '+5511987654324; +5511987654325' });
  await expect(several).rejects.toMatchObject({
    kind: 'invalid',
    errors: [{ path: 'phoneNumber', message: expect.stringMatching(/more than one phone number/) }],
  });
});

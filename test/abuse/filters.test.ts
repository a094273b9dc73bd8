import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseFilter } from '../../src/modules/segments/core/parse.js';
import { startSurface, type Call, type Surface } from '../api/surface.js';

const errorsOf = (filter: object): [string, string][] => {
  const parsed = parseFilter(filter);
  return parsed.ok ? [] : parsed.errors.map(({ path, message }) => [path, message]);
};
const many = (count: number, condition: (index: number) => object): object => ({
  any: Array.from({ length: count }, (_, index) => condition(index)),
});
const ELEVEN = Array.from({ length: 11 }, (_, index) => `value ${index}`);
const list = '0190f000-0000-7000-8000-000000000000';

describe('what a filter may cost', () => {
  it.each<[string, (index: number) => object]>([
    ['parts of names', (index) => ({ field: 'name', op: 'contains', value: `an${index}` })],
    ['beginnings of names', (index) => ({ field: 'name', op: 'startsWith', value: `an${index}` })],
    ['parts of numbers', (index) => ({ field: 'phoneNumber', op: 'contains', value: `12${index}` })],
    ['parts of attributes', () => ({ field: 'attributes.city', op: 'contains', value: 'e' })],
    ['negated parts', () => ({ not: { field: 'attributes.city', op: 'contains', value: 'e' } })],
    ['numbers in attributes', (index) => ({ field: 'attributes.age', op: 'greater', value: index })],
    ['days in attributes', () => ({ field: 'attributes.born', op: 'withinDays', value: 9 })],
    ['attributes that exist', (index) => ({ field: `attributes.a${index}`, op: 'exists' })],
    ['long lists of values', () => ({ field: 'attributes.city', op: 'in', value: ELEVEN })],
    ['long lists of tags', () => ({ field: 'tags', op: 'in', value: ELEVEN })],
    ['members of lists', () => ({ field: 'list', op: 'in', value: [list] })],
    ['consents', () => ({ field: 'consent', op: 'equals', value: 'granted' })],
    ['results of campaigns', () => ({ activity: 'read', withinDays: 30 })],
  ])('%s: twenty of them, and not one more', (_, condition) => {
    expect(errorsOf(many(20, condition))).toEqual([]);
    expect(errorsOf(many(21, condition))).toEqual([
      ['filter', expect.stringMatching(/has 21 conditions .* at most 20 fit.*divide the filter/)],
    ]);
  });

  it('counts them wherever they stand in the tree', () => {
    const some = many(8, () => ({ field: 'name', op: 'contains', value: 'x' }));
    expect(errorsOf({ all: [some, { not: some }] })).toEqual([]);
    expect(errorsOf({ all: [some, { not: { all: [some, some] } }] })).toEqual([
      ['filter', expect.stringContaining('24 conditions')],
    ]);
  });

  it('takes a hundred conditions that an index answers', () => {
    const cheap = [
      { field: 'tags', op: 'equals', value: 'vip' },
      { field: 'phoneNumber', op: 'startsWith', value: '+55' },
      { field: 'attributes.city', op: 'equals', value: 'Recife' },
      { field: 'country', op: 'in', value: ['BR', 'PT'] },
    ];
    expect(errorsOf(many(100, (index) => cheap[index % cheap.length] ?? {}))).toEqual([]);
  });

  it('takes two thousand values in all, and a country once', () => {
    const lines = (count: number) => ({
      field: 'attributes.code',
      op: 'in',
      value: Array.from({ length: count }, (_, index) => `c${index}`),
    });
    expect(errorsOf({ any: [lines(1_000), lines(1_000)] })).toEqual([]);
    expect(errorsOf({ any: [lines(1_000), lines(1_000), lines(1)] })).toEqual([
      ['filter', expect.stringMatching(/names 2001 values; at most 2000 fit.*on a list/)],
    ]);
    const again = { field: 'country', op: 'in', value: Array.from({ length: 900 }, () => 'BR') };
    expect(errorsOf({ any: [again, again, again, again] })).toEqual([]);
  });

  it('takes texts to look for of two hundred characters', () => {
    for (const field of ['name', 'attributes.note']) {
      for (const op of ['contains', 'startsWith']) {
        expect(errorsOf({ field, op, value: 'ä'.repeat(200) })).toEqual([]);
        expect(errorsOf({ field, op, value: 'ä'.repeat(201) })).toEqual([
          ['filter.value', 'must be at most 200 characters'],
        ]);
      }
    }
  });
});

describe('what the filters of an audience may cost together', () => {
  let surface: Surface;
  let call: Call;
  beforeAll(async () => {
    surface = await startSurface({ ROLES: 'api' });
    ({ call } = await surface.as('owner'));
  });
  afterAll(() => surface.close());

  it('is limited as well', async () => {
    const filter = many(20, (index) => ({ field: 'name', op: 'contains', value: `x${index}` }));
    const segmentIds: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      const { body } = await call('POST', '/api/segments', { body: { name, filter } });
      segmentIds.push(body?.data['id'] ?? '');
    }
    const campaign = { name: 'All', template: 'Hello', segmentIds };
    const within = await call('POST', '/api/campaigns', { body: campaign });
    expect(within.body?.message).toContain('sender');
    const beyond = await call('POST', '/api/campaigns', {
      body: { ...campaign, filter: { field: 'name', op: 'contains', value: 'y' } },
    });
    expect(beyond.status).toBe(400);
    expect(beyond.body?.errors).toEqual([
      { path: 'filter', message: expect.stringMatching(/have 61 conditions .* at most 60 fit/) },
    ]);
  });
});

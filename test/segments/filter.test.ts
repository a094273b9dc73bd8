import { describe, expect, it } from '@jest/globals';
import { newId } from '../../src/lib/ids.js';
import { compileFilter } from '../../src/modules/segments/core/compile.js';
import { lastDays } from '../../src/modules/segments/core/filter.js';
import { parseFilter } from '../../src/modules/segments/core/parse.js';

const options = { firstParameter: 2, tenant: '$1', now: new Date('2026-03-02T10:00:00Z'), timeZone: 'UTC' };
const isAna = { field: 'name', op: 'equals', value: 'Ana' };

function errorsOf(input: unknown): [path: string, message: string][] {
  const parsed = parseFilter(input);
  return parsed.ok ? [] : parsed.errors.map(({ path, message }) => [path, message]);
}

function nested(levels: number): object {
  return levels === 1 ? isAna : { not: nested(levels - 1) };
}

describe('reading a filter', () => {
  it.each([
    ['nothing', undefined, 'filter'],
    ['an array', [isAna], 'filter'],
    ['no condition', {}, 'filter'],
    ['an empty group, which would match every contact', { all: [] }, 'filter.all'],
    ['a group that is no list', { any: isAna }, 'filter.any'],
    ['an unknown field', { all: [isAna, { field: 'age', op: 'less', value: 5 }] }, 'filter.all[1].field'],
    ['a field of every object', { field: 'constructor', op: 'equals', value: 'x' }, 'filter.field'],
    ['an unknown operator', { all: [isAna, { ...isAna, op: 'like' }] }, 'filter.all[1].op'],
    ['an operator of another field', { field: 'optedOut', op: 'contains', value: true }, 'filter.op'],
    ['a missing value', { field: 'name', op: 'equals' }, 'filter.value'],
    ['a value of another type', { not: { any: [{ ...isAna, value: 5 }] } }, 'filter.not.any[0].value'],
    ['a list for one value', { ...isAna, value: ['Ana'] }, 'filter.value'],
    ['one value for a list', { ...isAna, op: 'in' }, 'filter.value'],
    ['a bad value in a list', { ...isAna, op: 'in', value: ['Ana', 7] }, 'filter.value[1]'],
    ['an empty list', { ...isAna, op: 'in', value: [] }, 'filter.value'],
    ['a NUL', { ...isAna, value: 'a\0' }, 'filter.value'],
    ['half a character', { ...isAna, value: 'a\ud83d' }, 'filter.value'],
    ['something besides', { ...isAna, valu: 1 }, 'filter.valu'],
    ['a group and more', { all: [isAna], any: [isAna] }, 'filter.any'],
    ['no country', { field: 'country', op: 'equals', value: 'XX' }, 'filter.value'],
    ['no number', { field: 'phoneNumber', op: 'equals', value: '123' }, 'filter.value'],
    ['no day', { field: 'attributes.born', op: 'less', value: '2026-02-30' }, 'filter.value'],
    ['no time', { field: 'createdAt', op: 'less', value: 'yesterday' }, 'filter.value'],
    [
      'a day no calendar has',
      { field: 'createdAt', op: 'less', value: '2026-02-30T10:00:00Z' },
      'filter.value',
    ],
    [
      'a number without a digit, which would match every contact',
      { field: 'phoneNumber', op: 'contains', value: ' - ' },
      'filter.value',
    ],
    ['a start without a digit', { field: 'phoneNumber', op: 'startsWith', value: '()' }, 'filter.value'],
    ['half a day', { field: 'createdAt', op: 'withinDays', value: 0.5 }, 'filter.value'],
    ['a list that is no id', { field: 'list', op: 'in', value: [newId(), 'mine'] }, 'filter.value[1]'],
    ['an unknown consent', { field: 'consent', op: 'equals', value: 'yes' }, 'filter.value'],
    ['an unknown activity', { activity: 'clicked' }, 'filter.activity'],
    ['an activity with an operator', { activity: 'read', op: 'equals' }, 'filter.op'],
    ['a campaign that is no id', { activity: 'read', campaignId: 'spring' }, 'filter.campaignId'],
    ['no attribute', { field: 'attributes.', op: 'exists' }, 'filter.field'],
  ])('%s is refused by its place', (_, input, path) => {
    expect(errorsOf(input).map(([at]) => at)).toEqual([path]);
  });

  it('names what would fit', () => {
    const [[, message] = []] = errorsOf({ field: 'optedOut', op: 'less', value: 1 });
    expect(message).toBe('must be one of equals, notEquals for optedOut');
  });

  it('tells the first errors of a filter that has more than an answer lists, and how many more', () => {
    const value = Array.from({ length: 150 }, () => 7);
    const told = errorsOf({ field: 'name', op: 'in', value });
    expect(told).toHaveLength(50);
    expect(told.at(-1)).toEqual(['', 'and 101 more errors']);
    const wide = {
      any: Array.from({ length: 100 }, () => ({ all: Array.from({ length: 100 }, () => ({})) })),
    };
    expect(errorsOf(wide)).toEqual([['filter', 'has 10000 conditions; at most 100 fit']]);
  });

  it('takes six levels and a hundred conditions, and no more', () => {
    expect(errorsOf(nested(6))).toEqual([]);
    expect(errorsOf(nested(7))).toEqual([
      [expect.stringMatching(/^filter(\.not){6}$/), expect.stringContaining('6 levels')],
    ]);
    const many = (count: number) => ({ any: Array.from({ length: count }, () => isAna) });
    expect(errorsOf(many(100))).toEqual([]);
    expect(errorsOf(many(101))).toEqual([['filter.any', expect.stringContaining('100')]]);
    expect(errorsOf({ all: [many(60), many(60)] })).toEqual([['filter', expect.stringContaining('120')]]);
  });

  it('says which lists and campaigns it is about, and where', () => {
    const [list, other, campaign] = [newId(), newId(), newId()];
    const parsed = parseFilter({
      any: [
        { field: 'list', op: 'in', value: [list, other] },
        { not: { activity: 'read', campaignId: campaign.toUpperCase() } },
      ],
    });
    expect(parsed).toMatchObject({
      references: [
        { kind: 'list', id: list, path: 'filter.any[0].value[0]' },
        { kind: 'list', id: other, path: 'filter.any[0].value[1]' },
        { kind: 'campaign', id: campaign, path: 'filter.any[1].not.campaignId' },
      ],
    });
  });
});

describe('compiling a filter', () => {
  it('keeps what callers write out of the SQL', () => {
    const evil = `'; DROP TABLE contacts; --`;
    const parsed = parseFilter({
      all: [
        { field: `attributes.${evil}`, op: 'contains', value: evil },
        { field: `attributes.${evil}`, op: 'greater', value: 5 },
        { field: `attributes.${evil}`, op: 'withinDays', value: 5 },
        { field: 'name', op: 'startsWith', value: evil },
        { field: 'tags', op: 'in', value: [evil] },
      ],
    });
    if (!parsed.ok) throw new Error('refused');
    const { sql, values } = compileFilter(parsed.filter, options);
    expect(sql).not.toContain('DROP');
    expect(JSON.stringify(values)).toContain('DROP');
    const numbers = [...sql.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number));
    expect(new Set(numbers)).toEqual(new Set(values.map((_, index) => index + 2)));
  });

  it('leaves positive questions bare, so that an index can answer them', () => {
    const parsed = parseFilter({ all: [{ field: 'attributes.city', op: 'equals', value: 'Recife' }] });
    if (!parsed.ok) throw new Error('refused');
    expect(compileFilter(parsed.filter, options)).toEqual({
      sql: '((contacts.attributes @> $2::jsonb))',
      values: ['{"city":"Recife"}'],
    });
  });
});

describe('the last days', () => {
  it.each([
    [
      'UTC',
      '2026-03-02T01:30:00Z',
      1,
      '2026-03-01',
      '2026-03-02',
      '2026-03-01T00:00:00Z',
      '2026-03-03T00:00:00Z',
    ],
    [
      'America/Sao_Paulo',
      '2026-03-02T01:30:00Z',
      1,
      '2026-02-28',
      '2026-03-01',
      '2026-02-28T03:00:00Z',
      '2026-03-02T03:00:00Z',
    ],
    [
      'Pacific/Kiritimati',
      '2026-03-01T10:00:00Z',
      1,
      '2026-03-01',
      '2026-03-02',
      '2026-02-28T10:00:00Z',
      '2026-03-02T10:00:00Z',
    ],
    [
      'Asia/Kathmandu',
      '2026-03-01T18:15:00Z',
      1,
      '2026-03-01',
      '2026-03-02',
      '2026-02-28T18:15:00Z',
      '2026-03-02T18:15:00Z',
    ],
    // The clocks change on the 29th: that day has 23 hours.
    [
      'Europe/Berlin',
      '2026-03-29T12:00:00Z',
      1,
      '2026-03-28',
      '2026-03-29',
      '2026-03-27T23:00:00Z',
      '2026-03-29T22:00:00Z',
    ],
    // In Cairo the 24th of April begins at one o'clock.
    [
      'Africa/Cairo',
      '2026-04-24T12:00:00Z',
      1,
      '2026-04-23',
      '2026-04-24',
      '2026-04-22T22:00:00Z',
      '2026-04-24T21:00:00Z',
    ],
    [
      'Africa/Cairo',
      '2026-04-25T12:00:00Z',
      1,
      '2026-04-24',
      '2026-04-25',
      '2026-04-23T22:00:00Z',
      '2026-04-25T21:00:00Z',
    ],
    [
      'Pacific/Apia',
      '2011-12-30T20:00:00Z',
      1,
      '2011-12-30',
      '2011-12-31',
      '2011-12-30T10:00:00Z',
      '2011-12-31T10:00:00Z',
    ],
  ])('in %s at %s', (timeZone, now, days, firstDay, today, from, until) => {
    expect(lastDays({ now: new Date(now), timeZone }, days)).toEqual({
      firstDay,
      today,
      from: new Date(from),
      until: new Date(until),
    });
  });
});

import { describe, expect, it } from '@jest/globals';
import { check } from 'recheck';
import { expressionsOf, type Expression } from '../support/expressions.js';
import { builtExpressions, linearByReason } from './linear-expressions.js';

const { written, built } = expressionsOf('src');

/** Proves by the automaton of an expression that its time grows with the text and no faster, wherever a match may begin. */
async function isLinear({ source, flags }: Pick<Expression, 'source' | 'flags'>): Promise<boolean> {
  const found = await check(source, flags, { checker: 'automaton', timeout: 20_000 });
  return found.status === 'safe';
}

describe('regular expressions', () => {
  it.each([
    ['\\s+$', ''],
    ['(a+)+$', ''],
    ['[a-z]*\\d[a-z]*', 'g'],
    ['^_+|_+$', 'g'],
    ['^\\s*\\d+\\.?\\d*$', 'u'],
  ])('the check finds that /%s/%s is slow', async (source, flags) => {
    expect(await isLinear({ source, flags })).toBe(false);
  });

  it('all in the sources are proven to be linear, or stand in the list with the reason', async () => {
    const open = new Map(written.map((one) => [`/${one.source}/${one.flags}`, one]));
    for (const listed of linearByReason.keys()) open.delete(listed);
    const slow: string[] = [];
    for (const [text, expression] of open) {
      if (!(await isLinear(expression))) slow.push(`${expression.file}: ${text}`);
    }
    expect(open.size).toBeGreaterThan(100);
    expect(slow).toEqual([]);
  }, 120_000);

  it('the list names no expression that is gone, and each with a reason', () => {
    const there = new Set(written.map(({ source, flags }) => `/${source}/${flags}`));
    expect([...linearByReason.keys()].filter((text) => !there.has(text))).toEqual([]);
    for (const reason of linearByReason.values()) expect(reason.length).toBeGreaterThan(20);
  });

  it('are put together from constants only, in the places that are listed', () => {
    expect(built).toEqual([...builtExpressions.keys()].toSorted());
  });
});

import { describe, expect, it } from '@jest/globals';
import { signOfRestore } from '../../src/modules/installation/core/recognise.js';
import { isWhole } from '../../src/modules/installation/core/whole.js';

const known = { id: 'a', tableOid: '16384', systemIdentifier: '7', timeline: 1, mark: 5 };

describe('a database', () => {
  it.each([
    ['is the same while nothing about it changed', {}, undefined, undefined],
    ['is the same while the mark outside is not ahead', {}, { installationId: 'a', mark: 5 }, undefined],
    ['is the same whatever mark another installation left', {}, { installationId: 'b', mark: 9 }, undefined],
    ['was restored when its tables were made anew', { tableOid: '20000' }, undefined, 'tables_made_anew'],
    ['was restored when its cluster is another one', { systemIdentifier: '8' }, undefined, 'another_cluster'],
    ['was restored when its timeline rose', { timeline: 2 }, undefined, 'another_timeline'],
    ['was restored when the mark outside is ahead', {}, { installationId: 'a', mark: 6 }, 'set_back'],
  ])('%s', (_, change, outside, sign) => {
    expect(signOfRestore(known, { ...known, ...change }, outside)).toBe(sign);
  });
});

describe('a journal', () => {
  const day = (n: number) => new Date(Date.UTC(2026, 2, n));
  const replayed = { knownUntil: day(10), missing: 0, readable: true };

  it.each([
    ['is whole when it began before the backup', { since: day(9), gapAt: undefined }, {}, true],
    ['is whole when its gap was before the backup', { since: day(1), gapAt: day(9) }, {}, true],
    ['is not whole with a gap since then', { since: day(1), gapAt: day(11) }, {}, false],
    ['is not whole when it began later', { since: day(11), gapAt: undefined }, {}, false],
    ['is not whole when it is new', { since: undefined, gapAt: undefined }, {}, false],
    [
      'is not whole when a part cannot be read',
      { since: day(1), gapAt: undefined },
      { readable: false },
      false,
    ],
    [
      'does not suffice when the database lacks a delivery',
      { since: day(1), gapAt: undefined },
      { missing: 1 },
      false,
    ],
  ])('%s', (_, age, change, whole) => {
    expect(isWhole(age, { ...replayed, ...change })).toBe(whole);
  });
});

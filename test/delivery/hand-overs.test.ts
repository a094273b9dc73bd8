import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/lib/clock.js';
import { newId } from '../../src/lib/ids.js';
import { createLogger } from '../../src/lib/logger.js';
import { ThrottledLogger } from '../../src/lib/throttled-logger.js';
import { JournalKeeper } from '../../src/journal/journal-keeper.js';
import { JournalDamaged, type Journal } from '../../src/journal/journal.js';
import { decodeHandOvers, encodeHandOvers } from '../../src/modules/delivery/hand-overs/encoding.js';
import { HandOverLog } from '../../src/modules/delivery/hand-overs/hand-over-log.js';
import { forgotten } from '../../src/modules/delivery/hand-overs/replay-plan.js';

const handOver = (part = 0, waMessageId: string | null = 'wa') => ({
  deliveryId: newId(),
  part,
  senderId: newId(),
  waMessageId,
});

describe('a batch of hand-overs', () => {
  it.each([0, 1, 19, 20, 500])('comes back as it was written, %d of them', (count) => {
    const batch = Array.from({ length: count }, (_, n) => handOver(n % 3, n % 2 ? null : `wa-${n}`));
    expect(decodeHandOvers(encodeHandOvers(batch))).toEqual(batch);
  });

  it('is refused in a form of a later version', () => {
    expect(() => decodeHandOvers(Buffer.from([9, 1, 2]))).toThrow('form 9');
  });

  it.each([[[]], [[1, 0x7b]], [[2, 1, 2, 3]]])('counts as damaged where it is none: %j', (bytes) => {
    expect(() => decodeHandOvers(Buffer.from(bytes))).toThrow(JournalDamaged);
  });
});

/** A place that keeps, or refuses, what it is given. */
function journalThat(append: (data: Buffer) => Promise<void>): Journal {
  const unused = () => Promise.reject(new Error('This test does not ask for it.'));
  return {
    append,
    since: () => {
      throw new Error('This test does not read.');
    },
    trim: unused,
    notes: unused,
    note: unused,
    close: unused,
  };
}

describe('the log of hand-overs', () => {
  const log = new ThrottledLogger(createLogger('silent'), systemClock);
  const keeping = () => {
    const kept: Buffer[] = [];
    return { kept, journal: journalThat(async (data) => void kept.push(data)) };
  };
  const refusing = journalThat(() => Promise.reject(new Error('no space left')));
  const silent = journalThat(() => new Promise(() => undefined));
  const logOf = (...journals: Journal[]) => {
    const gaps: string[] = [];
    const deps = { journals, log, onGap: () => void gaps.push('gap'), patienceMs: 20 };
    return { gaps, handOvers: new HandOverLog(new JournalKeeper(deps)) };
  };

  it('keeps concurrent hand-overs in one record', async () => {
    const { kept, journal } = keeping();
    const { handOvers } = logOf(journal);
    const all = Array.from({ length: 30 }, () => handOver());
    await Promise.all(all.map((each) => handOvers.keepHandOver(each)));
    expect(kept).toHaveLength(1);
    expect(decodeHandOvers(kept[0]!)).toEqual(all);
  });

  it.each([
    ['refuses', refusing],
    ['does not answer', silent],
  ])('keeps them in the next journal when the first %s', async (_, first) => {
    const { kept, journal } = keeping();
    const { handOvers, gaps } = logOf(first, journal);
    await handOvers.keepHandOver(handOver());
    expect([kept.length, gaps]).toEqual([1, []]);
  });

  it('lets the message go when no journal keeps it, and tells of the gap', async () => {
    const { handOvers, gaps } = logOf(silent, refusing);
    await handOvers.keepHandOver(handOver());
    expect(gaps).toEqual(['gap']);
  });
});

describe('what a database has forgotten of a delivery', () => {
  const at = (n: number) => new Date(Date.UTC(2026, 2, n));
  const entry = (part: number, waMessageId: string | null, day: number) => ({
    deliveryId: 'd',
    senderId: 's',
    part,
    waMessageId,
    at: at(day),
  });
  const known = (nextPart: number, ids: [number, string][] = [], sendingPart?: number) => ({
    nextPart,
    sendingPart,
    waMessageIds: new Map(ids),
  });

  it.each([
    ['nothing, when it is beyond that part', known(1), [entry(0, 'a', 1)], undefined],
    ['nothing, when it has that id', known(0, [[0, 'a']]), [entry(0, 'a', 1)], undefined],
    [
      'nothing, when it is at that part and there are no ids',
      known(0, [], 0),
      [entry(0, null, 1)],
      undefined,
    ],
    ['the part, when it has another id', known(0, [[0, 'a']]), [entry(0, 'b', 1)], [[], 'b', []]],
    ['the last hand-over of a part', known(0), [entry(0, 'a', 1), entry(0, 'b', 2)], [[], 'b', []]],
    [
      'all parts that went out',
      known(1),
      [entry(0, 'a', 1), entry(1, 'b', 2), entry(2, 'c', 3)],
      [['b'], 'c', []],
    ],
    [
      'the part behind the one that it knows',
      known(0, [[0, 'a']], 0),
      [entry(0, 'a', 1), entry(1, 'b', 2)],
      [['a'], 'b', []],
    ],
    [
      'parts that nobody tells of, before one that went out',
      known(1),
      [entry(4, 'a', 1)],
      [[], 'a', [1, 2, 3]],
    ],
  ])('is %s', (_, database, entries, expected) => {
    const found = forgotten('d', database, entries);
    const { earlier = [], last, untold } = found ?? {};
    const ids = earlier.map(({ waMessageId }) => waMessageId);
    expect(found && [ids, last?.waMessageId, untold]).toEqual(expected);
  });
});

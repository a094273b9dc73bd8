import { describe, expect, it } from '@jest/globals';
import type { LedgerEntry } from '../../chaos/ledger.js';
import { planAnswers } from '../../chaos/answers.js';
import { planDirect } from '../../chaos/direct.js';
import { judgeWriters, lostTexts, planWriters, type HeardRow, type WriterRow } from '../../chaos/writers.js';

const ana = '+5511960000001';
const texts = ['Note 0', 'Note 1', 'STOP'];
const plan = [{ at: 0, from: ana, sender: 0, texts }];
const second = (n: number) => new Date(Date.UTC(2026, 2, 1, 12, 0, n));
const replacedAt = second(30);

/** `stopped`: the second at which the STOP was stored. */
const heard = (known: string[], stopped?: number): HeardRow => ({
  phone: ana,
  texts: known,
  stoppedAt: stopped === undefined ? null : second(stopped).toISOString(),
});
const stored = (known: string[], stopped?: number): WriterRow => ({
  ...heard(known, stopped),
  optedOut: stopped !== undefined,
});
const arrived = (at: number, to = ana): LedgerEntry => ({
  senderId: 'one',
  to,
  campaignId: 'the campaign',
  part: 0,
  at: second(at).toISOString(),
});
const judged = (
  rows: WriterRow[],
  arrivals: LedgerEntry[] = [],
  lost?: ReturnType<typeof lostTexts>,
  forgottenUpTo?: number,
) =>
  judgeWriters(
    plan,
    rows,
    arrivals,
    lost && { writers: lost, replacedAt, settledAt: second(33), forgottenUpTo },
  );

describe('who writes', () => {
  it.each([
    { recipients: 10_000, direct: 500, answers: 200, expected: 386 },
    { recipients: 240, direct: 26, answers: 8, expected: 8 },
    { recipients: 10, direct: 500, answers: 200, expected: 0 },
  ])('is nobody whom anything else is asked for: $expected of $recipients', ({ expected, ...sizes }) => {
    const options = { seed: 1, senders: 20, ...sizes };
    const writers = planWriters(options).map(({ from }) => from);
    expect(writers).toHaveLength(expected);
    const asked = planDirect(options).flatMap(({ request }) => {
      if (request.kind === 'test') return request.phones;
      return (request.kind === 'bulk' ? request.addressees : [request.addressee]).map(({ to }) => to);
    });
    const others = new Set([...asked, ...planAnswers(options).map(({ from }) => from)]);
    expect(writers.filter((from) => others.has(from))).toEqual([]);
  });
});

describe('what a restore loses of what people wrote', () => {
  it.each<[string, HeardRow[], HeardRow[], string[], Date | undefined]>([
    ['nothing that the backup has', [heard(texts, 10)], [heard(texts, 10)], [], undefined],
    ['all of whom it has nothing of', [heard(texts, 10)], [], texts, second(10)],
    ['what came after it', [heard(texts, 10)], [heard(['Note 0'])], ['Note 1', 'STOP'], second(10)],
    ['notes without a STOP', [heard(['Note 0', 'Note 1'])], [heard(['Note 0'])], ['Note 1'], undefined],
  ])('is %s', (_what, lastSeen, backedUp, expected, stoppedAt) => {
    const lost = lostTexts(lastSeen, backedUp).get(ana);
    expect([...(lost?.texts ?? [])]).toEqual(expected);
    expect(lost?.stoppedAt).toBe(stoppedAt?.getTime());
  });

  it('is nothing of people who had not written', () => {
    expect(lostTexts([], [heard(texts, 10)]).size).toBe(0);
  });
});

describe('what a chaos run expects of people who write', () => {
  const lostStop = lostTexts([heard(texts, 10)], [heard(['Note 0', 'Note 1'])]);
  const lostAll = lostTexts([heard(texts, 10)], []);
  const wrongWith = (known: string[], stopped?: number, lost?: typeof lostStop, upTo?: number) =>
    judged([stored(known, stopped)], [], lost, upTo && second(upTo).getTime()).wrong;

  it('is all they wrote, once and in order, and the opt-out', () => {
    expect(wrongWith(texts, 10)).toEqual([]);
    expect(judged([]).wrong).toEqual([`${ana}: `, `${ana} is not opted out`]);
    expect(wrongWith(texts)).toEqual([`${ana} is not opted out`]);
    expect(wrongWith(['Note 0', 'Note 0', 'Note 1', 'STOP'], 10)).toHaveLength(1);
    expect(wrongWith(['Note 1', 'Note 0', 'STOP'], 10)).toHaveLength(1);
  });

  it('is that just notes that the restore has lost are missing, or there again', () => {
    const notes = lostTexts([heard(['Note 0', 'Note 1'])], [heard(['Note 0'])]);
    expect(wrongWith(['Note 0', 'STOP'], 40, notes)).toEqual([]);
    expect(wrongWith(texts, 40, notes)).toEqual([]);
    expect(wrongWith(['Note 0'], undefined, notes)).toHaveLength(2);
    expect(wrongWith(['Note 0', 'STOP'], 40, lostStop)).toEqual([`${ana}: Note 0, STOP`]);
    expect(wrongWith(['STOP'], 31, lostAll)).toEqual([]);
  });

  it('is that a STOP is there unless the journal lost it, too', () => {
    expect(wrongWith(['Note 0', 'Note 1'], undefined, lostStop)).toHaveLength(2);
    expect(wrongWith(['Note 0', 'Note 1'], undefined, lostStop, 9)).toHaveLength(2);
    expect(wrongWith(['Note 0', 'Note 1'], undefined, lostStop, 11)).toEqual([]);
    expect(wrongWith(texts, 40, lostStop, 11)).toEqual([]);
    expect(judged([], [], lostAll, second(11).getTime()).wrong).toEqual([]);
    expect(judged([], [], lostStop, second(11).getTime()).wrong).toEqual([`${ana}: `]);
  });

  it('is that a STOP which is there again binds', () => {
    expect(judged([{ ...stored(texts, 40), optedOut: false }], [], lostStop).wrong).toEqual([
      `${ana} is not opted out`,
    ]);
  });

  it('is nothing that arrives after a STOP, but for what was under way', () => {
    const late = (at: number) => judged([stored(texts, 10)], [arrived(at)]).sentAfterStop.length;
    expect([14, 16, 40].map(late)).toEqual([0, 1, 1]);
    expect(judged([stored(texts, 10)], [arrived(40, '+5511960000002')]).sentAfterStop).toEqual([]);
  });

  it('is the same of a forgotten STOP until the database is replaced', () => {
    const rows = [stored(['Note 0', 'Note 1'])];
    const late = (at: number) => judged(rows, [arrived(at)], lostStop).sentAfterStop.length;
    expect([14, 20, 31].map(late)).toEqual([0, 1, 0]);
  });

  it('is the same of a STOP that is there again: without a break where nothing was sent before', () => {
    const late = (stopped: number) => (at: number) =>
      judged([stored(texts, stopped)], [arrived(at)], lostStop).sentAfterStop.length;
    expect([20, 35, 50].map(late(32))).toEqual([1, 1, 1]);
    expect([20, 35, 50].map(late(40))).toEqual([1, 0, 1]);
  });
});

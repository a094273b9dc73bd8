import { describe, expect, it } from '@jest/globals';
import { judgeDeath } from '../../src/modules/workers/core/death.js';
import { Turns } from '../../src/modules/workers/core/turns.js';

describe('the death of a process', () => {
  it.each([
    ['is the fault of the only job it was working on', '10', '10', 1, 'counted'],
    ['may be the fault of any of several jobs', '10', '10', 2, 'unclear'],
    ['says nothing of a job that got on', '10', '20', 1, 'progressed'],
    ['says nothing of a job that has ended', '10', undefined, 1, 'over'],
  ])('%s', (_, before, now, together, verdict) => {
    expect(judgeDeath(before, now, together)).toBe(verdict);
  });
});

describe('the jobs of a process', () => {
  it('run beside each other', () => {
    const turns = new Turns();
    expect([turns.enter(false, 0), turns.enter(false, 0)]).not.toContain(undefined);
  });

  it('are kept out by a suspect until it has ended or got on', () => {
    const turns = new Turns();
    const suspect = turns.enter(true, 0)!;
    expect([turns.enter(false, 1), turns.enter(true, 1)]).toEqual([undefined, undefined]);
    turns.share(suspect);
    expect(turns.enter(false, 2)).toBeDefined();
    // It runs beside another one now, so the next suspect has to wait for both.
    turns.leave(suspect);
    expect(turns.enter(true, 3)).toBeUndefined();
  });

  it('are asked to hand back for a suspect, and none is let in before it', () => {
    const turns = new Turns();
    const [a, b] = [turns.enter(false, 0)!, turns.enter(false, 0)!];
    expect(turns.enter(true, 1_000)).toBeUndefined();
    expect([a.signal.aborted, b.signal.aborted]).toEqual([true, true]);
    turns.leave(a);
    expect([turns.enter(false, 1_100), turns.enter(true, 2_000)]).toEqual([undefined, undefined]);
    turns.leave(b);
    expect(turns.enter(true, 3_000)).toBeDefined();
  });

  it('are let in again when the suspect has gone elsewhere', () => {
    const turns = new Turns();
    turns.enter(false, 0);
    turns.enter(true, 1_000);
    expect([turns.enter(false, 3_999), turns.enter(false, 4_000)]).toEqual([undefined, expect.anything()]);
  });

  it('are asked at most once a minute, and let in although a suspect keeps trying when one does not hand back', () => {
    const turns = new Turns();
    turns.enter(false, 0);
    for (let now = 1_000; now <= 21_000; now += 1_000) turns.enter(true, now);
    const next = turns.enter(false, 21_000)!;
    turns.enter(true, 60_999);
    expect(next.signal.aborted).toBe(false);
    turns.enter(true, 61_000);
    expect(next.signal.aborted).toBe(true);
  });
});

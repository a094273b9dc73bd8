import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addMs } from '../../src/lib/clock.js';
import { seededRandom } from '../../src/lib/random.js';
import { DAY_MS, windowAt } from '../../src/modules/senders/core/quota.js';
import { isAnyLow, quotaLow } from '../../src/modules/senders/core/quota-low.js';
import {
  earliestSlot,
  giveBackSlot,
  grantable,
  refoldNextSlot,
  takeSlot,
  type SenderSlot,
} from '../../src/modules/senders/core/slot.js';
import { at, NO_PACE, QUOTA_WINDOWS, slot, START } from './slots.js';

interface Grant {
  /** Time that really passed: a clock that is set back does not undo it. */
  trueMs: number;
  clockMs: number;
  messages: number;
}

/** Asks a sender again and again while the clock jumps about, and returns what it granted. */
function run(sender: SenderSlot, steps: { stepMs: number; messages: number }[]): Grant[] {
  const random = seededRandom(1);
  const grants: Grant[] = [];
  let current = sender;
  let now = START;
  let trueMs = 0;
  for (const { stepMs, messages } of steps) {
    now = addMs(now, stepMs);
    trueMs += Math.max(0, stepMs);
    const granted = grantable(current, messages, now);
    if (granted === 0) continue;
    current = takeSlot(current, granted, NO_PACE, now, 1, random);
    grants.push({ trueMs, clockMs: now.getTime(), messages: granted });
    for (const name of QUOTA_WINDOWS) {
      expect(current.windows[name].used).toBeLessThanOrEqual(current.windows[name].quota);
    }
  }
  return grants;
}

const quotas = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 20 }))
  .map(([minute, hour, day]) => ({ minute, hour: minute + hour, day: minute + hour + day }));
const messages = fc.integer({ min: 1, max: 3 });
const forward = fc.oneof(
  fc.integer({ min: 0, max: 20_000 }),
  fc.integer({ min: 0, max: 2_000_000 }),
  fc.integer({ min: 0, max: 90_000_000 }),
);
const anyStep = fc.oneof(forward, fc.integer({ min: -7_200_000, max: 0 }));

describe('quota windows', () => {
  it('hold at most the quota between their first message and their end, whatever is asked and when', () => {
    const steps = fc.array(fc.record({ stepMs: forward, messages }), { maxLength: 120 });
    fc.assert(
      fc.property(quotas, steps, (quota, asked) => {
        const grants = run(slot('a', quota), asked);
        for (const name of QUOTA_WINDOWS) {
          const { lengthMs } = slot('a').windows[name];
          let start = -Infinity;
          let used = 0;
          for (const grant of grants) {
            if (grant.trueMs >= start + lengthMs) [start, used] = [grant.trueMs, 0];
            used += grant.messages;
            expect(used).toBeLessThanOrEqual(quota[name]);
          }
        }
      }),
    );
  });

  it('are never shorter than their length in true time when the clock is set back', () => {
    const steps = fc.array(fc.record({ stepMs: anyStep, messages }), { maxLength: 120 });
    fc.assert(
      fc.property(quotas, steps, (quota, asked) => {
        const grants = run(slot('a', quota), asked);
        for (const name of QUOTA_WINDOWS) {
          const { lengthMs } = slot('a').windows[name];
          // Any stretch of one window length touches at most two windows.
          for (const { trueMs } of grants) {
            const within = grants.filter(
              (other) => other.trueMs >= trueMs && other.trueMs < trueMs + lengthMs,
            );
            expect(within.reduce((sum, other) => sum + other.messages, 0)).toBeLessThanOrEqual(
              2 * quota[name],
            );
          }
        }
      }),
    );
  });

  it('let the wait end within one window length even when the clock was set back by a year', () => {
    const used = takeSlot(slot('a', { minute: 1 }), 1, NO_PACE, at(31_536_000_000), 1, seededRandom(1));
    const window = windowAt(used.windows.minute, START);
    expect(window).toMatchObject({ startedAt: START, used: 1 });
  });

  it('grant a request larger than the whole quota in pieces of that quota', () => {
    expect(grantable(slot('a', { minute: 2 }), 5, START)).toBe(2);
    const used = takeSlot(slot('a', { minute: 2 }), 1, NO_PACE, START, 1, seededRandom(1));
    expect(grantable(used, 5, START)).toBe(0);
    expect(earliestSlot(used, 5, START)).toEqual(at(60_000));
  });
});

describe('the next slot', () => {
  const pace = { occupyMs: 1_000, minDelay: 2_000, maxDelay: 5_000 };

  it('comes after typing and a random delay between the bounds', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const after = takeSlot(slot('a'), 1, pace, START, 1, seededRandom(seed));
        const waitMs = after.nextAvailableAt.getTime() - START.getTime();
        expect(waitMs).toBeGreaterThanOrEqual(3_000);
        expect(waitMs).toBeLessThanOrEqual(6_000);
      }),
    );
  });

  it('is the end of the window that was used up', () => {
    const after = takeSlot(slot('a', { minute: 5, hour: 5 }), 5, pace, START, 1, seededRandom(1));
    expect(after.nextAvailableAt).toEqual(at(3_600_000));
  });

  it('comes at once when a used-up quota is raised, but a pacing wait stays', () => {
    const full = takeSlot(slot('a', { minute: 1 }), 1, pace, START, 1, seededRandom(1));
    const raised = { ...full.windows, minute: { ...full.windows.minute, quota: 10 } };
    expect(refoldNextSlot(full, { ...full, windows: raised }, at(10_000), at(10_000))).toEqual(at(10_000));

    const paced = takeSlot(slot('a'), 1, pace, START, 1, seededRandom(1));
    expect(refoldNextSlot(paced, paced, at(1_000), at(1_000))).toEqual(paced.nextAvailableAt);
  });

  it('moves to the end of the window when a quota is lowered below what was sent', () => {
    const paced = takeSlot(slot('a', { minute: 10 }), 3, pace, START, 1, seededRandom(1));
    const lowered = { ...paced.windows, minute: { ...paced.windows.minute, quota: 2 } };
    expect(refoldNextSlot(paced, { ...paced, windows: lowered }, at(1_000), at(1_000))).toEqual(at(60_000));
  });

  it('opens again when a reservation that used the quota up is given back', () => {
    const full = takeSlot(slot('a', { day: 1, hour: 1, minute: 1 }), 1, pace, START, 1, seededRandom(1));
    const back = giveBackSlot(full, 1, START, at(100));
    expect(back.windows.day.used).toBe(0);
    expect(back.nextAvailableAt).toEqual(at(5_100));
  });

  it('is not brought forward in a window that started after the reservation given back', () => {
    const first = takeSlot(slot('a', { minute: 2 }), 1, NO_PACE, START, 1, seededRandom(1));
    const later = takeSlot(first, 2, NO_PACE, at(70_000), 2, seededRandom(1));
    const back = giveBackSlot(later, 1, START, at(70_001));
    expect(back.windows.minute.used).toBe(2);
    expect(back.windows.hour.used).toBe(2);
  });
});

describe('a day of a sender', () => {
  const used = (day: number, count: number) =>
    takeSlot(slot('a', { day }), count, NO_PACE, START, 1, seededRandom(1));
  const take = (from: SenderSlot, count: number, now: Date) =>
    takeSlot(from, count, NO_PACE, now, 2, seededRandom(1));

  it.each([
    { day: 1_000, before: 898, more: 1, told: false },
    { day: 1_000, before: 899, more: 1, told: true },
    { day: 1_000, before: 100, more: 900, told: true },
    { day: 1_000, before: 900, more: 1, told: false },
    { day: 1, before: 0, more: 1, told: true },
  ])('of $day is low when $more more are used behind $before: $told', ({ day, before, more, told }) => {
    const was = before === 0 ? slot('a', { day }) : used(day, before);
    const low = quotaLow(was, take(was, more, at(1_000)), at(1_000));
    expect(low.map(({ window, used: count }) => [window, count])).toEqual(
      told ? [['day', before + more]] : [],
    );
  });

  it('is a new one after its end, and an old one when the clock is set back', () => {
    const full = used(10, 10);
    const next = at(DAY_MS);
    expect(isAnyLow(full, START)).toBe(true);
    expect(quotaLow(full, take(full, 9, next), next)).toMatchObject([{ used: 9, startedAt: next }]);
    const low = used(10, 9);
    expect(quotaLow(low, take(low, 1, at(-1_000)), at(-1_000))).toEqual([]);
  });
});

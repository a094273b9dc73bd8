import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addMs } from '../../../src/lib/clock.js';
import { seededRandom } from '../../../src/lib/random.js';
import { grantSlots, slotMs } from '../../../src/modules/campaigns/sending/core/ceiling.js';
import { feedWindow, staggeredDelays } from '../../../src/modules/campaigns/feeding/core/pacing.js';
import { FeedRhythm } from '../../../src/modules/campaigns/feeding/feed-rhythm.js';
import { grantable, takeSlot } from '../../../src/modules/senders/core/slot.js';
import { slot, START } from '../../senders/slots.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

describe('a ceiling', () => {
  it('is smooth: in any second no more than its share of the minute and what a late batch makes up for', () => {
    const perMinute = fc.integer({ min: 1, max: 6_000 });
    const gaps = fc.array(fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 20_000 })), {
      minLength: 20,
      maxLength: 150,
    });
    fc.assert(
      fc.property(perMinute, gaps, fc.integer({ min: 1, max: 300 }), (maxPerMinute, pauses, wanted) => {
        const stepMs = slotMs({ maxPerMinute, rampUpMinutes: null }, 0);
        const left: number[] = [];
        let nextSlotAt: Date | null = null;
        let now = START.getTime();
        for (let claim = 0; claim < 400; claim += 1) {
          now += pauses[claim % pauses.length] ?? 1;
          const grant = grantSlots({ nextSlotAt, stepMs }, wanted, new Date(now));
          for (let count = 0; count < grant.granted; count += 1) left.push(now);
          if (grant.granted > 0) nextSlotAt = grant.nextSlotAt;
        }
        // A tenth of a second's share: also after a rest of any length there is no burst.
        const most = Math.ceil((maxPerMinute / 60) * 1.1) + 1;
        const spans = left.slice(most).map((time, index) => time - (left[index] ?? 0));
        expect(spans.filter((ms) => !(ms >= SECOND_MS))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the pace of a sender', () => {
  it('keeps its shortest pause after every message, so that a fresh quota is never sent in a burst', () => {
    const pace = fc
      .record({ occupyMs: fc.nat(3_000), minDelay: fc.nat(5_000), spread: fc.nat(5_000) })
      .map(({ occupyMs, minDelay, spread }) => ({ occupyMs, minDelay, maxDelay: minDelay + spread }));
    const steps = fc.array(fc.oneof(fc.nat(500), fc.nat(30_000)), { maxLength: 120 });
    fc.assert(
      fc.property(pace, steps, fc.nat(), (onePace, gaps, seed) => {
        const random = seededRandom(seed);
        let sender = slot('a', { minute: 20, hour: 500, day: 5_000 });
        let last: Date | undefined;
        let now = START;
        for (const gap of gaps) {
          now = addMs(now, gap);
          if (grantable(sender, 1, now) === 0) continue;
          const pause = onePace.occupyMs + onePace.minDelay;
          if (last) expect(now.getTime() - last.getTime()).toBeGreaterThanOrEqual(pause);
          sender = takeSlot(sender, 1, onePace, now, 1, random);
          last = now;
        }
      }),
    );
  });
});

const pace = fc
  .record({
    minDelay: fc.nat(10_000),
    spread: fc.nat(10_000),
    parts: fc.integer({ min: 1, max: 5 }),
    slotMs: fc.option(fc.double({ min: 1, max: 70_000, noNaN: true }), { nil: undefined }),
  })
  .map(({ minDelay, spread, slotMs: ceiling, ...rest }) => ({
    ...rest,
    minDelay,
    maxDelay: minDelay + spread,
    ...(ceiling === undefined ? {} : { slotMs: ceiling }),
  }));

describe('the feed window', () => {
  const senders = fc.nat(10_000);
  const limit = fc.integer({ min: 1, max: 5_000 });

  it('always has room for a recipient, keeps to its limit, and does not shrink with more senders', () => {
    fc.assert(
      fc.property(pace, senders, fc.nat(100), limit, (onePace, count, more, most) => {
        const window = feedWindow(onePace, count, most);
        expect(Number.isInteger(window)).toBe(true);
        expect(window).toBeGreaterThanOrEqual(1);
        expect(window).toBeLessThanOrEqual(most);
        expect(feedWindow(onePace, count + more, most)).toBeGreaterThanOrEqual(window);
      }),
    );
  });

  it('under a ceiling holds no more than leaves within a minute, but for the next', () => {
    fc.assert(
      fc.property(pace, senders, limit, (onePace, count, most) => {
        fc.pre(onePace.slotMs !== undefined);
        const recipientsPerMinute = MINUTE_MS / ((onePace.slotMs ?? 1) * onePace.parts);
        expect(feedWindow(onePace, count, most)).toBeLessThanOrEqual(Math.max(recipientsPerMinute + 1, 2));
      }),
    );
  });

  it('is released no faster than four thirds of the ceiling', () => {
    const work = fc.record({ count: fc.nat(150), ahead: fc.nat(300), senders: fc.nat(50) });
    fc.assert(
      fc.property(pace, work, fc.nat(), (onePace, load, seed) => {
        fc.pre(onePace.slotMs !== undefined);
        const spacing = (onePace.slotMs ?? 0) * onePace.parts * 0.75;
        const delays = staggeredDelays(onePace, load, seededRandom(seed)).toSorted((a, b) => a - b);
        // The n-th job to run comes no earlier than the n-th slot; half a millisecond for rounding.
        const slots = delays.map((_, index) => (load.ahead + index) * spacing - 0.5);
        expect(delays.filter((delay, index) => !(delay >= (slots[index] ?? Infinity)))).toEqual([]);
      }),
    );
  });
});

describe('the rhythm of feeding', () => {
  const LONGEST_MS = 1_000;
  const feeds = fc.array(
    fc.record({
      stepMs: fc.integer({ min: -5_000, max: 20_000 }),
      taken: fc.nat(1_000),
      ahead: fc.nat(1_000),
      filled: fc.boolean(),
    }),
    { maxLength: 60 },
  );

  it('looks again soon, but neither at once nor later than it must, whatever happens', () => {
    fc.assert(
      fc.property(feeds, (history) => {
        const rhythm = new FeedRhythm(LONGEST_MS);
        let now = START;
        for (const { stepMs, ...fed } of history) {
          now = addMs(now, stepMs);
          const pause = rhythm.next('campaign', fed, now).getTime() - now.getTime();
          expect(pause).toBeGreaterThanOrEqual(20);
          expect(pause).toBeLessThanOrEqual(LONGEST_MS);
          if (!fed.filled) expect(pause).toBe(20);
        }
      }),
    );
  });

  it('leaves about half of the window to work on while it empties evenly', () => {
    const window = fc.integer({ min: 100, max: 5_000 });
    fc.assert(
      fc.property(window, fc.double({ min: 0.2, max: 10, noNaN: true }), (size, perMs) => {
        const rhythm = new FeedRhythm(60_000);
        let now = START;
        let left = 0;
        for (let feed = 0; feed < 12; feed += 1) {
          const at = rhythm.next('campaign', { taken: size - left, ahead: left, filled: true }, now);
          left = Math.max(0, Math.round(size - perMs * (at.getTime() - now.getTime())));
          now = at;
        }
        // Where half a window is gone in less than the shortest pause, it cannot.
        fc.pre(size / perMs > 60);
        expect(left).toBeGreaterThan(size * 0.3);
        expect(left).toBeLessThan(size * 0.7);
      }),
    );
  });
});

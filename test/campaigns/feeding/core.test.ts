import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '../../../src/lib/random.js';
import { parseDelays } from '../../../src/modules/campaigns/creation/core/pace-input.js';
import { feedWindow, staggeredDelays } from '../../../src/modules/campaigns/feeding/core/pacing.js';
import { isStorable } from '../../../src/lib/storable.js';
import {
  allowedFrom,
  conflictMessage,
  type CampaignAction,
} from '../../../src/modules/campaigns/core/transitions.js';

const pace = fc
  .record({ minDelay: fc.nat(10_000), spread: fc.nat(10_000), parts: fc.integer({ min: 1, max: 5 }) })
  .map(({ minDelay, spread, parts }) => ({ minDelay, maxDelay: minDelay + spread, parts }));

describe('staggered delays', () => {
  const work = fc.record({ count: fc.nat(200), ahead: fc.nat(500), senders: fc.nat(10) });

  it('are one whole, non-negative number of milliseconds per recipient', () => {
    fc.assert(
      fc.property(pace, work, fc.nat(), (onePace, load, seed) => {
        const delays = staggeredDelays(onePace, load, seededRandom(seed));
        expect(delays).toHaveLength(load.count);
        expect(delays.every((delay) => Number.isInteger(delay) && delay >= 0)).toBe(true);
      }),
    );
  });

  it('never let one sender run ahead of three quarters of its shortest pause', () => {
    fc.assert(
      fc.property(pace, work, fc.nat(), (onePace, load, seed) => {
        const delays = staggeredDelays(onePace, load, seededRandom(seed));
        const senders = Math.max(load.senders, 1);
        delays.slice(senders).forEach((delay, index) => {
          const pause = delay - (delays[index] ?? 0);
          expect(pause).toBeGreaterThanOrEqual(Math.floor(onePace.minDelay * onePace.parts * 0.75));
          expect(pause).toBeLessThanOrEqual(Math.ceil(onePace.maxDelay * onePace.parts * 0.75));
        });
      }),
    );
  });

  it('differ from run to run and queue up behind what is queued already', () => {
    const onePace = { minDelay: 2_000, maxDelay: 5_000, parts: 1 };
    const first = staggeredDelays(onePace, { count: 20, ahead: 0, senders: 2 }, seededRandom(1));
    const second = staggeredDelays(onePace, { count: 20, ahead: 0, senders: 2 }, seededRandom(2));
    const behind = staggeredDelays(onePace, { count: 1, ahead: 20, senders: 2 }, seededRandom(1));
    expect(first).not.toEqual(second);
    expect(behind[0]).toBeGreaterThanOrEqual(10 * 3_000 * 0.75);
  });
});

describe('the feed window', () => {
  it('holds about a minute of work, never more than its limit', () => {
    const onePace = { minDelay: 2_000, maxDelay: 5_000, parts: 1 };
    expect(feedWindow(onePace, 10, 1_000)).toBe(200);
    expect(feedWindow(onePace, 10_000, 1_000)).toBe(1_000);
    expect(feedWindow(onePace, 0, 1_000)).toBe(20);
    expect(feedWindow({ minDelay: 0, maxDelay: 0, parts: 1 }, 1, 1_000)).toBe(1_000);
    expect(feedWindow(onePace, 1, 5)).toBe(5);
  });
});

describe('delays of a request', () => {
  it('a default gives way to the bound that was given', () => {
    expect(parseDelays({}).delays).toEqual({ minDelay: 2_000, maxDelay: 5_000 });
    expect(parseDelays({ minDelay: 9_000 }).delays).toEqual({ minDelay: 9_000, maxDelay: 9_000 });
    expect(parseDelays({ maxDelay: 500 }).delays).toEqual({ minDelay: 500, maxDelay: 500 });
    expect(parseDelays({ minDelay: 2, maxDelay: 1 }).errors).toMatchObject([{ path: 'minDelay' }]);
  });
});

describe('campaign states', () => {
  it('a final state allows nothing but removal', () => {
    const actions: CampaignAction[] = ['start', 'pause', 'resume', 'stop', 'remove'];
    for (const status of ['completed', 'failed', 'stopped'] as const) {
      expect(actions.filter((action) => allowedFrom(action).includes(status))).toEqual(['remove']);
      expect(conflictMessage('resume', status)).toMatch(/^The campaign .* and cannot be resumed/);
    }
  });
});

describe('text that PostgreSQL can store', () => {
  it.each([
    ['plain \\u0000 in letters', true],
    ['\\', true],
    ['smile 😀', true],
    ['nul \0', false],
    ['half \ud83d', false],
    ['half \udc00x', false],
    ['\\\0', false],
  ])('%j: %s', (text, storable) => {
    expect(isStorable(text)).toBe(storable);
    expect(isStorable({ deep: [{ [text]: 1 }] })).toBe(storable);
  });
});

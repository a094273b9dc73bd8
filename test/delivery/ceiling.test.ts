import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  allowance,
  grantSlots,
  rampShare,
  slotAfterChange,
  slotMs,
} from '../../src/modules/campaigns/sending/core/ceiling.js';

const at = (iso: string) => new Date(iso);
const start = at('2026-03-02T09:00:00Z');
const after = (ms: number) => new Date(start.getTime() + ms);

describe('a ceiling', () => {
  it('never lets more than the limit leave in any minute, however the claims come', () => {
    const limits = fc.oneof(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 120, max: 6_000 }));
    const gaps = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 50, maxLength: 300 });
    fc.assert(
      fc.property(limits, gaps, fc.integer({ min: 1, max: 300 }), (maxPerMinute, pauses, wanted) => {
        const left: number[] = [];
        let nextSlotAt: Date | null = null;
        let now = start.getTime();
        for (let claim = 0; claim < 2_000; claim += 1) {
          now += pauses[claim % pauses.length] ?? 1;
          const stepMs = slotMs({ maxPerMinute, rampUpMinutes: null }, now - start.getTime());
          const grant = grantSlots({ nextSlotAt, stepMs }, wanted, new Date(now));
          for (let count = 0; count < grant.granted; count += 1) left.push(now);
          if (grant.granted > 0) nextSlotAt = grant.nextSlotAt;
        }
        const spans = left.slice(maxPerMinute).map((time, index) => time - (left[index] ?? 0));
        expect(spans.filter((ms) => !(ms >= 60_000))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('is nearly reached when claims come all the time', () => {
    let nextSlotAt: Date | null = null;
    let left = 0;
    for (let ms = 0; ms < 60_000; ms += 25) {
      const grant = grantSlots(
        { nextSlotAt, stepMs: slotMs({ maxPerMinute: 1_200, rampUpMinutes: null }, ms) },
        50,
        after(ms),
      );
      left += grant.granted;
      if (grant.granted > 0) nextSlotAt = grant.nextSlotAt;
    }
    expect(left).toBeGreaterThan(1_080);
    expect(left).toBeLessThanOrEqual(1_200);
  });

  it('that was changed holds from the next message on', () => {
    const slow = { nextSlotAt: after(600_000), rampStartedAt: start };
    const now = after(5_000);
    const changed = (maxPerMinute: number | null) =>
      slotAfterChange(slow, { maxPerMinute, rampUpMinutes: null }, now);
    expect(changed(null)).toBeNull();
    expect(changed(61)).toEqual(after(6_000));
    const soon = { ...slow, nextSlotAt: after(5_500) };
    expect(slotAfterChange(soon, { maxPerMinute: 1, rampUpMinutes: null }, now)).toEqual(after(5_500));
    expect(
      slotAfterChange({ ...slow, nextSlotAt: null }, { maxPerMinute: 1, rampUpMinutes: null }, now),
    ).toBeNull();
  });

  it('rises from a tenth to all of it, and what it allows is the sum of that', () => {
    expect(rampShare(10, 0)).toBeCloseTo(0.1);
    expect(rampShare(10, 300_000)).toBeCloseTo(0.55);
    expect(rampShare(10, 3_600_000)).toBe(1);
    const ceiling = { maxPerMinute: 61, rampUpMinutes: 10 };
    let summed = 0;
    for (let second = 0; second < 1_200; second += 1) summed += 1_000 / slotMs(ceiling, second * 1_000 + 500);
    expect(allowance(ceiling, 0, 1_200_000)).toBeCloseTo(summed, 1);
  });
});

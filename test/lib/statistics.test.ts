import { describe, expect, it } from '@jest/globals';
import { differs, proportion } from '../../src/lib/statistics.js';

describe("a share with Wilson's interval", () => {
  it('agrees with published values', () => {
    // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    const cases = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const;
    for (const [count, of, low, high] of cases) {
      const share = proportion(count, of);
      expect(share.low).toBeCloseTo(low, 4);
      expect(share.high).toBeCloseTo(high, 4);
    }
  });

  it('has no rate when nothing was tried, and stays within 0 and 1', () => {
    expect(proportion(0, 0)).toEqual({ count: 0, of: 0, rate: undefined, low: undefined, high: undefined });
    expect(proportion(5, 5)).toMatchObject({ rate: 1, high: 1 });
    expect(proportion(6, 5)).toMatchObject({ count: 6, rate: 1, high: 1 });
  });
});

describe('two shares', () => {
  it('differ only when chance does not explain it', () => {
    // Newcombe 1998, table II: 56 of 70 against 48 of 80 (0.0524 to 0.3339), 9 of 10 against 3 of 10 (0.1705 to 0.8090).
    expect(differs(proportion(56, 70), proportion(48, 80))).toBe(true);
    expect(differs(proportion(9, 10), proportion(3, 10))).toBe(true);
    expect(differs(proportion(5, 56), proportion(0, 29))).toBe(false);
    expect(differs(proportion(1, 2), proportion(0, 0))).toBe(false);
  });
});

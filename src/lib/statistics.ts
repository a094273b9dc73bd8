/** A share with how sure it is. All three are fractions of 1; undefined when nothing was tried. */
export interface Proportion {
  /** How often it happened. */
  count: number;
  /** Out of how many. */
  of: number;
  rate: number | undefined;
  low: number | undefined;
  high: number | undefined;
}

/** The standard normal quantile of a two-sided interval that holds in 95 of 100 cases. */
const Z_95 = 1.959_963_985;

/**
 * A share with Wilson's 95 % score interval (Wilson 1927; Brown, Cai, DasGupta 2001 recommend it): unlike the textbook
 * interval it stays between 0 and 1 and holds for small numbers and for rates near 0. A count above `of` (a reply to a
 * message that was then reported failed) is taken as all of them.
 */
export function proportion(count: number, of: number, z: number = Z_95): Proportion {
  if (of <= 0) return { count, of, rate: undefined, low: undefined, high: undefined };
  const rate = Math.min(count, of) / of;
  const z2 = z * z;
  const centre = rate + z2 / (2 * of);
  const spread = z * Math.sqrt((rate * (1 - rate)) / of + z2 / (4 * of * of));
  const scale = 1 + z2 / of;
  return {
    count,
    of,
    rate,
    low: rate === 0 ? 0 : Math.max(0, (centre - spread) / scale),
    high: rate === 1 ? 1 : Math.min(1, (centre + spread) / scale),
  };
}

/**
 * True when two shares differ by more than chance explains at the 95 % level: their difference's Newcombe interval
 * (Newcombe 1998, method 10, built from the two Wilson intervals) leaves out 0.
 */
export function differs(a: Proportion, b: Proportion): boolean {
  const complete = [a.rate, a.low, a.high, b.rate, b.low, b.high];
  if (!complete.every((value): value is number => value !== undefined)) return false;
  const [rateA = 0, lowA = 0, highA = 0, rateB = 0, lowB = 0, highB = 0] = complete;
  const difference = rateA - rateB;
  const below = difference - Math.hypot(rateA - lowA, highB - rateB);
  const above = difference + Math.hypot(highA - rateA, rateB - lowB);
  return below > 0 || above < 0;
}

/** How often something happened to those a variant reached. */
export interface VariantOutcome {
  name: string;
  count: number;
  of: number;
}

export interface VariantVerdict {
  significant: boolean;
  /** Of the difference between the best two, corrected for having looked at all pairs; absent where it means nothing. */
  pValue?: number;
  /** The variant with the highest rate, when the difference is significant. */
  winner?: string;
  statement: string;
}

const LEVEL = 0.05;
/** Below this many expected in any cell the normal approximation does not hold (Cochran 1952). */
const FEWEST_EXPECTED = 5;

/**
 * The two-sided p-value of two shares being the same in truth: the z-test of two proportions with a pooled rate (e.g.
 * NIST/SEMATECH e-Handbook of Statistical Methods, 7.3.3). Undefined where too little was seen for it.
 */
export function twoProportionTest(
  a: { count: number; of: number },
  b: { count: number; of: number },
): number | undefined {
  const of = a.of + b.of;
  const pooled = of === 0 ? 0 : (a.count + b.count) / of;
  const fewest = Math.min(a.of, b.of) * Math.min(pooled, 1 - pooled);
  if (fewest < FEWEST_EXPECTED) return undefined;
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / a.of + 1 / b.of));
  return bothTails((a.count / a.of - b.count / b.of) / deviation);
}

/**
 * Says in plain words whether the best variant is really better than the next one. A variant too small to be tested
 * against any other is left aside, or the one answer of one recipient would be the best of all. With more than two
 * variants the best two are picked after looking, so the p-value is multiplied by the number of pairs (Bonferroni; Dunn
 * 1961).
 *
 * @param what the event in the past tense: `read`, `answered`
 */
export function compareVariants(what: string, outcomes: readonly VariantOutcome[]): VariantVerdict {
  const seen = outcomes.filter(({ of }) => of > 0).map((outcome) => ({ ...outcome, ...clamped(outcome) }));
  const large = seen.filter((one) =>
    seen.some((other) => other !== one && twoProportionTest(one, other) !== undefined),
  );
  const judged = large.length > 0 ? large : seen;
  const [best, next] = judged.toSorted((a, b) => b.count / b.of - a.count / a.of);
  if (!best || !next) {
    return { significant: false, statement: 'There is nothing to compare before two variants have arrived.' };
  }
  const aside = seen.filter((one) => !judged.includes(one)).map(quoted);
  const without = aside.length === 0 ? '' : ` (${aside.join(', ')}: too few to be judged)`;
  const rates = `${quoted(best)} was ${what} by ${percent(best)} of ${best.of}, ${quoted(next)} by ${percent(next)} of ${next.of}${without}`;
  const single = twoProportionTest(best, next);
  if (single === undefined) {
    return { significant: false, statement: `${rates}. These are too few to tell a difference from chance.` };
  }
  const pValue = Math.min(1, single * ((seen.length * (seen.length - 1)) / 2));
  if (pValue >= LEVEL) {
    const often = best.count / best.of === next.count / next.of ? '' : `: ${chance(pValue)}`;
    return {
      significant: false,
      pValue,
      statement: `${rates}. That is no significant difference${often}.`,
    };
  }
  return {
    significant: true,
    pValue,
    winner: best.name,
    statement: `${rates}. The difference is significant: ${chance(pValue)}.`,
  };
}

function clamped({ count, of }: VariantOutcome): { count: number } {
  // A reply to a message that was then reported failed must not make a rate above 1.
  return { count: Math.min(count, of) };
}

function chance(pValue: number): string {
  const often =
    pValue < 0.001
      ? 'less than 1 time in 1,000'
      : pValue < LEVEL
        ? `about ${Math.max(1, Math.round(pValue * 1_000))} times in 1,000`
        : `about ${Math.round(pValue * 100)} times in 100`;
  return `between variants of equal worth chance makes one this large ${often}`;
}

function quoted({ name }: VariantOutcome): string {
  return `"${name}"`;
}

function percent({ count, of }: VariantOutcome): string {
  return `${((100 * count) / of).toFixed(1)} %`;
}

/**
 * The probability of a standard normal value at least this far from 0, both ways: erfc(|z| / √2) after Abramowitz and
 * Stegun 7.1.26, whose error is below 1.5e-7.
 */
function bothTails(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.min(1, Math.max(0, series * Math.exp(-x * x)));
}

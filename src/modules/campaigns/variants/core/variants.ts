import type { FieldError } from '../../../../lib/errors.js';
import type { Campaign } from '../../campaign.entity.js';

const MIN_VARIANTS = 2;
export const MAX_VARIANTS = 10;
const MAX_NAME = 100;
const MAX_WEIGHT = 1_000;
/** Weights are counted in hundredths. */
const WEIGHT_STEPS = 100;
/** After so many recipients the shares must be exact. */
const MAX_CYCLE = 10_000;

/** Errors of a request's variants besides those of their parts. */
export function variantErrors(
  variants: readonly { name: string; weight?: number | null }[],
  path = 'variants',
): FieldError[] {
  if (variants.length < MIN_VARIANTS || variants.length > MAX_VARIANTS) {
    const message = `give ${MIN_VARIANTS} to ${MAX_VARIANTS} variants; for a single one use messages or template`;
    return [{ path, message }];
  }
  const errors = variants.flatMap(({ name, weight }, index) => [
    ...nameError(variants, name, index).map((message) => ({ path: `${path}[${index}].name`, message })),
    ...weightError(weight ?? 1).map((message) => ({ path: `${path}[${index}].weight`, message })),
  ]);
  if (errors.length > 0) return errors;
  const weights = variants.map(({ weight }) => weight ?? 1);
  if (cycleLength(weights) <= MAX_CYCLE) return [];
  const message = `the weights come out even only after ${cycleLength(weights)} recipients; choose rounder ones`;
  return [{ path, message }];
}

function nameError(variants: readonly { name: string }[], name: string, index: number): string[] {
  const clean = name.trim();
  if (clean === '' || clean.length > MAX_NAME) return [`must be a name of 1 to ${MAX_NAME} characters`];
  const first = variants.findIndex((other) => other.name.trim().toLowerCase() === clean.toLowerCase());
  return first < index ? [`"${clean}" is the name of variants[${first}] already`] : [];
}

function weightError(weight: number): string[] {
  const steps = weight * WEIGHT_STEPS;
  const isExact = Math.abs(steps - Math.round(steps)) < 1e-6;
  return isExact && Math.round(steps) > 0 && weight <= MAX_WEIGHT
    ? []
    : [`must be above 0 and at most ${MAX_WEIGHT}, with at most two decimals: 50, or 0.25`];
}

/**
 * The order in which recipients are assigned to variants, repeated; each variant as often as its weight says, spread as
 * evenly as possible (smooth weighted round-robin, as nginx balances its upstreams), so that any stretch of it is close
 * to the shares too. `[3, 1]` gives `0 0 1 0`.
 */
export function variantCycle(weights: readonly number[]): number[] {
  const shares = reduced(weights);
  const total = shares.reduce((sum, share) => sum + share, 0);
  const credit = shares.map(() => 0);
  return Array.from({ length: total }, () => {
    let chosen = 0;
    for (const [index, share] of shares.entries()) {
      credit[index] = (credit[index] ?? 0) + share;
      if ((credit[index] ?? 0) > (credit[chosen] ?? 0)) chosen = index;
    }
    credit[chosen] = (credit[chosen] ?? 0) - total;
    return chosen;
  });
}

/** How many messages a campaign has, over all recipients and parts. */
export function totalMessages({ parts, variants, totalRecipients }: MessagesOf): number {
  if (!variants) return parts.length * totalRecipients;
  return variants.reduce((sum, variant) => sum + variant.parts.length * (variant.recipients ?? 0), 0);
}

/** The most messages a recipient of a campaign gets. */
export function mostParts({ parts, variants }: Pick<MessagesOf, 'parts' | 'variants'>): number {
  return Math.max(parts.length, ...(variants ?? []).map((variant) => variant.parts.length));
}

/** How many messages the recipients of each variant get; without variants of all. */
export function partCounts({ parts, variants }: Pick<MessagesOf, 'parts' | 'variants'>): number[] {
  return variants ? variants.map((variant) => variant.parts.length) : [parts.length];
}

type MessagesOf = Pick<Campaign, 'parts' | 'variants' | 'totalRecipients'>;

function cycleLength(weights: readonly number[]): number {
  return reduced(weights).reduce((sum, share) => sum + share, 0);
}

/** Whole numbers without a common divisor: 50 and 25 are 2 and 1. */
function reduced(weights: readonly number[]): number[] {
  const steps = weights.map((weight) => Math.round(weight * WEIGHT_STEPS));
  const divisor = steps.reduce(greatestCommonDivisor);
  return steps.map((step) => step / divisor);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

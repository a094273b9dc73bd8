/** The middle one; of an even number the lower of the two in the middle. */
export function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
  if (middle === undefined) throw new Error('There is no median of nothing.');
  return middle;
}

/** The smallest value that at least `percent` % of the values do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const rank = Math.max(0, Math.ceil((values.length * percent) / 100) - 1);
  const value = values.toSorted((a, b) => a - b)[rank];
  if (value === undefined) throw new Error('There is no percentile of nothing.');
  return value;
}

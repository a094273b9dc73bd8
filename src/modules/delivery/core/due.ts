/**
 * A delivery that no campaign feeds gets its job this long before its time: at once, or from the reconciliation, so that
 * the queue does not hold the jobs of a whole year.
 */
export const DUE_HORIZON_MS = 5 * 60_000;

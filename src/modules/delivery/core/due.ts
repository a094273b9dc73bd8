/**
 * A delivery that no campaign feeds gets its job this long before its time: at once, or from the reconciliation, so that
 * the queue does not hold the jobs of a whole year.
 */
export const DUE_HORIZON_MS = 5 * 60_000;

/** What waits for its hours is looked at again this often, even when nobody has changed them. */
export const LOOK_AT_HOURS_MS = 60 * 60_000;

/** Hours that open so soon are waited for in the queue: in the database, it would be noticed too late. */
const OPENS_SOON_MS = 60_000;

/** Where a delivery waits that no campaign feeds and whose hours are closed, and when it is looked at again. */
export function waitForHours(
  { until }: { until: Date | null },
  now: Date,
): { in: 'queue' | 'database'; lookAt: Date } {
  const latest = new Date(now.getTime() + LOOK_AT_HOURS_MS);
  const lookAt = until !== null && until < latest ? until : latest;
  return { in: lookAt.getTime() - now.getTime() <= OPENS_SOON_MS ? 'queue' : 'database', lookAt };
}

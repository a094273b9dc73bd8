import type { KnownNumber } from './known-numbers.repository.js';

/** Why this number is not written to; undefined when it may be. */
export function unreachableReason(known: KnownNumber): { code: string; message: string } | undefined {
  if (known.optedOutAt) {
    const how = known.optOutSource === null ? '' : ` (${known.optOutSource})`;
    const since = known.optedOutAt.toISOString().slice(0, 10);
    const message = `this contact opted out on ${since}${how}; nothing is sent to it until it opts in again`;
    return { code: 'recipient_opted_out', message };
  }
  if (!known.suppressed) return undefined;
  const message = 'this number is on the suppression list; take it off the list to write to it';
  return { code: 'recipient_suppressed', message };
}

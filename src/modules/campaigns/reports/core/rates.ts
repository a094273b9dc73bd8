import { proportion, type Proportion } from '../../../../lib/statistics.js';
import type { Counts } from '../../core/counts.js';

/** How a campaign did; each with its 95 % interval. */
export interface Rates {
  /** Of those WhatsApp took it for: on the phone. */
  delivered: Proportion;
  /** ... seen to be read. */
  read: Proportion;
  /** ... answered. */
  replied: Proportion;
  /** ... answered with an opt-out keyword. */
  optedOut: Proportion;
  /** Of all that were tried: failed or unknown. */
  failed: Proportion;
}

export function ratesOf(counts: Counts): Rates {
  const taken = counts.sent + counts.delivered + counts.read;
  const lost = counts.failed + counts.unknown;
  return {
    delivered: proportion(counts.delivered + counts.read, taken),
    read: proportion(counts.read, taken),
    replied: proportion(counts.replied, taken),
    optedOut: proportion(counts.opted_out, taken),
    failed: proportion(lost, taken + lost),
  };
}

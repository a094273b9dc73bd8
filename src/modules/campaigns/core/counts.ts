import type { DeliveryState } from '../../delivery/core/delivery-state.js';

/** What the ledger counts: every recipient state, and two facts a recipient can have in any of them. */
export type Counter = DeliveryState | 'replied' | 'opted_out';
export type Counts = Record<Counter, number>;

export function noCounts(): Counts {
  return {
    pending: 0,
    queued: 0,
    sending: 0,
    sent: 0,
    delivered: 0,
    read: 0,
    failed: 0,
    skipped: 0,
    unknown: 0,
    excluded: 0,
    replied: 0,
    opted_out: 0,
  };
}

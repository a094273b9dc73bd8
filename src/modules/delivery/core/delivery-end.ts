import type { DeliveryState } from './delivery-state.js';
import type { SourceRef } from './source-kind.js';

/** How a delivery that no campaign makes can end. */
export const endStates = [
  'sent',
  'delivered',
  'read',
  'failed',
  'skipped',
  'unknown',
] as const satisfies readonly DeliveryState[];

export type EndState = (typeof endStates)[number];

/** What a source is told, once: a delivery of its own has ended, or the end that it was told of is not true any more. */
export interface DeliveryEnd extends SourceRef {
  deliveryId: string;
  /** Null when it is under way again. */
  state: EndState | null;
  /** The end that it had until then; null when it was under way. */
  earlier: EndState | null;
  endedAt: Date;
}

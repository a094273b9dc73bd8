import { endStates, type DeliveryEnd, type EndState } from '../../core/delivery-end.js';

export type EndCounts = Record<EndState, number>;

/** What ends change about the counts of one send. */
export interface CountChange extends EndCounts {
  id: string;
  /** When the last delivery that was under way ended; null when none did. */
  lastEndAt: Date | null;
}

const NONE: EndCounts = { sent: 0, delivered: 0, read: 0, failed: 0, skipped: 0, unknown: 0 };

/** One change for each send, in whatever order its ends are told: they are added up. */
export function countChanges(ends: readonly DeliveryEnd[]): CountChange[] {
  const changes = new Map<string, CountChange>();
  for (const { sourceId, state, earlier, endedAt } of ends) {
    const change = changes.get(sourceId) ?? { id: sourceId, ...NONE, lastEndAt: null };
    changes.set(sourceId, change);
    if (earlier !== null) change[earlier] -= 1;
    if (state !== null) change[state] += 1;
    const hasEnded = state !== null && earlier === null;
    if (hasEnded && (change.lastEndAt === null || endedAt > change.lastEndAt)) change.lastEndAt = endedAt;
  }
  return [...changes.values()];
}

/** Deliveries that have not ended, and when the last one did; null as long as there are any. */
export function progressOf(send: EndCounts & { total: number; lastEndAt: Date | null }): {
  open: number;
  completedAt: Date | null;
} {
  const ended = endStates.reduce((sum, state) => sum + send[state], 0);
  const open = Math.max(send.total - ended, 0);
  return { open, completedAt: open === 0 ? send.lastEndAt : null };
}

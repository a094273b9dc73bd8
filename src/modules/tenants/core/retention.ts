import type { FieldError } from '../../../lib/errors.js';

/** What a tenant may have deleted, each after days of its own. */
export const retentionKinds = ['messageTextDays', 'mediaDays', 'deliveryDays', 'importDays'] as const;
export type RetentionKind = (typeof retentionKinds)[number];

/** Days that each kind is kept; null for ever. */
export type Retention = Record<RetentionKind, number | null>;

export const KEEP_ALL: Retention = {
  messageTextDays: null,
  mediaDays: null,
  deliveryDays: null,
  importDays: null,
};

/** A reply is one of a message for so long; see REPLY_WINDOW_DAYS of deliveries. */
export const MIN_DELIVERY_DAYS = 7;

/** Kinds that are not named stay as they are, null keeps for ever; null in place of all of them keeps everything. */
export function changedRetention(
  retention: Retention | null,
  changes: Partial<Retention> | null,
): Retention | null {
  if (changes === null) return null;
  const given = Object.entries(changes).filter(([, days]) => days !== undefined);
  const changed: Retention = { ...KEEP_ALL, ...retention, ...Object.fromEntries(given) };
  return retentionKinds.some((kind) => changed[kind] !== null) ? changed : null;
}

/**
 * What is wrong with the days of deliveries beside those of a frequency cap, which counts them; `path` is the field that was
 * changed.
 */
export function deliveryDaysErrors(
  retention: Retention | null,
  frequencyCap: { days: number } | null,
  changed: 'retention' | 'frequencyCap',
): FieldError[] {
  const kept = retention?.deliveryDays ?? null;
  if (kept === null || frequencyCap === null || kept >= frequencyCap.days) return [];
  const capped = frequencyCap.days;
  return changed === 'retention'
    ? [
        {
          path: 'retention.deliveryDays',
          message: `must be at least ${capped}, because frequencyCap counts the messages of ${capped} days; or lower frequencyCap.days first`,
        },
      ]
    : [
        {
          path: 'frequencyCap.days',
          message: `must be at most ${kept}, because retention.deliveryDays keeps messages for ${kept} days only; or raise that first`,
        },
      ];
}

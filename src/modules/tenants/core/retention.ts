/** What a tenant may have deleted, each after days of its own. */
export const retentionKinds = ['messageTextDays', 'mediaDays', 'importDays'] as const;
export type RetentionKind = (typeof retentionKinds)[number];

/** Days that each kind is kept; null for ever. */
export type Retention = Record<RetentionKind, number | null>;

export const KEEP_ALL: Retention = { messageTextDays: null, mediaDays: null, importDays: null };

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

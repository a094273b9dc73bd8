/** What deliveries are made for. */
export const sourceKinds = ['campaign', 'direct', 'test'] as const;

export type SourceKind = (typeof sourceKinds)[number];

/** Whose delivery it is: a source, by its kind and id. */
export interface SourceRef {
  source: SourceKind;
  sourceId: string;
}

/** What deliveries are made for. */
export const sourceKinds = ['campaign', 'direct', 'test'] as const;

export type SourceKind = (typeof sourceKinds)[number];

/** Those whose requests are kept in `sends`. */
export const sendKinds = ['direct', 'test'] as const satisfies readonly SourceKind[];
export type SendKind = (typeof sendKinds)[number];

/** Whose delivery it is: a source, by its kind and id. */
export interface SourceRef {
  source: SourceKind;
  sourceId: string;
}

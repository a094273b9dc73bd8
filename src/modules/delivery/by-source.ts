import type { SourceRef } from './core/source-kind.js';
import { sourceKinds, type SourceKind } from './core/source-kind.js';

/** The items of each kind of source that has any, always in one order: that in which sources are locked. */
export function bySource<Item extends SourceRef>(items: readonly Item[]): [SourceKind, Item[]][] {
  return sourceKinds.flatMap((kind): [SourceKind, Item[]][] => {
    const own = items.filter(({ source }) => source === kind);
    return own.length > 0 ? [[kind, own]] : [];
  });
}

export function keyOf({ source, sourceId }: SourceRef): string {
  return `${source} ${sourceId}`;
}

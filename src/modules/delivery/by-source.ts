import type { SourceRef } from './core/source-kind.js';
import { sourceKinds, type SourceKind } from './core/source-kind.js';

/** The items of each kind of source that has any, always in one order: that in which sources are locked. */
export function bySource<Item extends SourceRef>(items: readonly Item[]): [SourceKind, Item[]][] {
  const byKind = new Map<SourceKind, Item[]>();
  for (const item of items) {
    const own = byKind.get(item.source);
    if (own) own.push(item);
    else byKind.set(item.source, [item]);
  }
  return sourceKinds.flatMap((kind): [SourceKind, Item[]][] => {
    const own = byKind.get(kind);
    return own ? [[kind, own]] : [];
  });
}

export function keyOf({ source, sourceId }: SourceRef): string {
  return `${source} ${sourceId}`;
}

import type { Page } from '../../lib/pages.js';
import type { EventKind } from './core/catalog.js';
import type { LogEntry } from './log.repository.js';

export function presentLog<Kind extends EventKind>(page: Page<LogEntry<Kind>>) {
  return {
    ...page,
    items: page.items.map(({ sequence, kind, at, payload }) => ({
      sequence,
      kind,
      at: at.toISOString(),
      payload,
    })),
  };
}

import type { BulkEditDto } from './bulk.dto.js';
import type { BulkOutcome } from './bulk.service.js';

export function presentBulkEdit(outcome: BulkOutcome): BulkEditDto {
  if (outcome.kind === 'dry_run') {
    const { matched } = outcome;
    const none = { processed: 0, changed: 0, progress: 0, createdAt: null, completedAt: null };
    return { id: null, status: 'dry_run', matched, ...none };
  }
  const { edit } = outcome;
  return {
    id: edit.id,
    status: edit.status,
    matched: edit.matched,
    processed: edit.processed,
    changed: edit.changed,
    progress: progressOf(edit),
    ...(edit.error === null ? {} : { error: edit.error }),
    createdAt: edit.createdAt.toISOString(),
    completedAt: edit.completedAt?.toISOString() ?? null,
  };
}

function progressOf({ status, matched, processed }: { status: string; matched: number; processed: number }) {
  if (status === 'completed') return 100;
  return matched === 0 ? 0 : Math.min(99, Math.floor((processed / matched) * 100));
}

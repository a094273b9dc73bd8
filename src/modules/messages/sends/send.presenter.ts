import { progressOf, type Send } from '../../delivery/index.js';
import type { SendResponse } from './send.dto.js';

export function presentSend(send: Send): SendResponse {
  const { open, completedAt } = progressOf(send);
  return {
    id: send.id,
    kind: send.source,
    createdAt: send.createdAt.toISOString(),
    total: send.total,
    open,
    sent: send.sent,
    delivered: send.delivered,
    read: send.read,
    failed: send.failed,
    skipped: send.skipped,
    unknown: send.unknown,
    completedAt: completedAt?.toISOString() ?? null,
  };
}

import type { NewEvent } from '../../events/core/catalog.js';
import type { SenderStatus } from '../sender.entity.js';
import { MIN_HEALTH_TO_SEND, type Health } from './health.js';

/** What changes of a sender tell (docs/events.md). */

export interface SenderId {
  tenantId: string;
  id: string;
}

/** Of a connection that was not there before, nothing is lost: attempts that fail one after the other tell nothing. */
export function connectionEvent(
  { tenantId, id }: SenderId,
  before: SenderStatus,
  after: SenderStatus,
  reason: string | null,
): NewEvent | undefined {
  if (before === after) return undefined;
  const about = { tenantId, objectId: id };
  switch (after) {
    case 'connected':
      return { ...about, kind: 'sender.connected', payload: { before } };
    case 'logged_out':
      return { ...about, kind: 'sender.logged_out', payload: { before, reason } };
    case 'banned':
      return { ...about, kind: 'sender.banned', payload: { before, reason } };
    case 'created':
    case 'connecting':
    case 'qr':
    case 'disconnected':
      return before === 'connected'
        ? { ...about, kind: 'sender.disconnected', payload: { before, reason } }
        : undefined;
  }
}

/** What decides, beside the connection, whether a sender sends. */
export type Standing = Pick<Health, 'pausedAt' | 'pauseReason' | 'healthScore'>;

/** `code`: of the last failure, where failures changed it. */
export function standingEvents(
  { tenantId, id }: SenderId,
  before: Standing,
  after: Standing,
  code: string | null = null,
): NewEvent[] {
  const about = { tenantId, objectId: id };
  const events: NewEvent[] = [];
  const { healthScore } = after;
  const threshold = MIN_HEALTH_TO_SEND;
  if (before.healthScore < threshold !== healthScore < threshold) {
    const payload = { healthScore, before: before.healthScore, threshold };
    events.push({ ...about, kind: 'sender.health', payload });
  }
  if (!before.pausedAt && after.pausedAt) {
    const payload = { reason: after.pauseReason ?? 'operator', code };
    events.push({ ...about, kind: 'sender.paused', payload });
  }
  if (before.pausedAt && !after.pausedAt) {
    events.push({ ...about, kind: 'sender.resumed', payload: { reason: before.pauseReason ?? 'operator' } });
  }
  return events;
}

/** One that is restricted for longer than it was tells nothing. */
export function restrictedEvent({ tenantId, id, until }: SenderId & { until: Date }): NewEvent {
  return { tenantId, kind: 'sender.restricted', objectId: id, payload: { until: until.toISOString() } };
}

import type { Tx } from '../../db/index.js';
import type { TransportName } from '../../transports/transport.js';
import { MINUTE_MS, type QuotaWindow } from './core/quota.js';
import type { AnsweringSender } from './core/answer.js';

export interface AnsweringRow extends Omit<AnsweringSender, 'supported' | 'reaches'> {
  id: string;
  tenantId: string;
  transport: TransportName;
}

type SenderRow = Omit<AnsweringRow, 'answers' | 'isHere'>;

interface SlotOfAnswers {
  id: string;
  quota: number;
  startedAt: Date | null;
  used: number;
  workerId: string | null;
}

/**
 * Locks the slots of senders until the transaction ends, in the order of their ids. Waits for rows that are locked: a
 * reservation holds them for milliseconds, and there is no other sender to take.
 */
export async function lockAnswering(
  tx: Tx,
  ids: readonly string[],
  workerId: string | undefined,
): Promise<AnsweringRow[]> {
  const slots: SlotOfAnswers[] = await tx.query(
    `SELECT sender_id AS id, answers_per_minute AS quota, answers_started_at AS "startedAt", answers_used AS used,
            worker_id AS "workerId"
     FROM sender_slots WHERE sender_id = ANY($1::uuid[]) ORDER BY sender_id FOR NO KEY UPDATE`,
    [ids],
  );
  // Read once the slots are locked: whoever pauses a sender has waited for them, or is seen here.
  const senders: SenderRow[] = await tx.query(
    `SELECT id, tenant_id AS "tenantId", transport, status, paused_at AS "pausedAt", health_score AS "healthScore",
            consecutive_failures AS "consecutiveFailures"
     FROM senders WHERE id = ANY($1::uuid[])`,
    [ids],
  );
  const slotOf = new Map(slots.map((slot) => [slot.id, slot]));
  return senders.flatMap((sender) => {
    const slot = slotOf.get(sender.id);
    if (!slot) return [];
    const { quota, startedAt, used } = slot;
    const isHere = workerId === undefined || slot.workerId === null || slot.workerId === workerId;
    return [{ ...sender, isHere, answers: { lengthMs: MINUTE_MS, quota, startedAt, used } }];
  });
}

/** Of senders that are locked. */
export async function writeAnswers(
  tx: Tx,
  windows: readonly (readonly [senderId: string, window: QuotaWindow])[],
): Promise<void> {
  if (windows.length === 0) return;
  await tx.query(
    `UPDATE sender_slots SET answers_started_at = w.started_at, answers_used = w.used
     FROM unnest($1::uuid[], $2::timestamptz[], $3::integer[]) AS w (id, started_at, used) WHERE sender_id = w.id`,
    [
      windows.map(([id]) => id),
      windows.map(([, { startedAt }]) => startedAt),
      windows.map(([, { used }]) => used),
    ],
  );
}

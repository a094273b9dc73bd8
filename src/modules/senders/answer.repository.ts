import type { Tx } from '../../db/index.js';
import type { TransportName } from '../../transports/transport.js';
import { MINUTE_MS, type QuotaWindow } from './core/quota.js';
import type { AnsweringSender } from './core/answer.js';

export interface AnsweringRow extends Omit<AnsweringSender, 'supported' | 'reaches'> {
  id: string;
  tenantId: string;
  transport: TransportName;
}

type SenderRow = Pick<
  AnsweringRow,
  'id' | 'tenantId' | 'transport' | 'status' | 'pausedAt' | 'healthScore' | 'consecutiveFailures' | 'isHere'
>;

/**
 * Locks the slots of senders until the transaction ends, in the order of their ids. Waits for rows that are locked: a
 * reservation holds them for milliseconds, and there is no other sender to take.
 */
export async function lockAnswering(
  tx: Tx,
  ids: readonly string[],
  workerId: string | undefined,
): Promise<AnsweringRow[]> {
  const slots: { id: string; quota: number; startedAt: Date | null; used: number }[] = await tx.query(
    `SELECT sender_id AS id, answers_per_minute AS quota, answers_started_at AS "startedAt", answers_used AS used
     FROM sender_slots WHERE sender_id = ANY($1::uuid[]) ORDER BY sender_id FOR NO KEY UPDATE`,
    [ids],
  );
  // Read once the slots are locked: whoever pauses a sender has waited for them, or is seen here.
  const senders: SenderRow[] = await tx.query(
    `SELECT id, tenant_id AS "tenantId", transport, status, paused_at AS "pausedAt", health_score AS "healthScore",
            consecutive_failures AS "consecutiveFailures",
            $2::uuid IS NULL OR (SELECT worker_id IS NOT DISTINCT FROM $2 FROM sessions
                                 WHERE sender_id = senders.id) IS NOT FALSE AS "isHere"
     FROM senders WHERE id = ANY($1::uuid[])`,
    [ids, workerId ?? null],
  );
  const answers = new Map(
    slots.map(({ id, quota, startedAt, used }) => [id, { lengthMs: MINUTE_MS, quota, startedAt, used }]),
  );
  return senders.flatMap((sender) => {
    const window = answers.get(sender.id);
    return window ? [{ ...sender, answers: window }] : [];
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

import type { Tx } from '../../db/index.js';
import type { SenderStatus } from './sender.entity.js';

export interface ConnectionChange {
  status: SenderStatus;
  /** For people; null clears it. */
  reason?: string | null;
  /** E.164, known once paired. */
  phoneNumber?: string;
}

/**
 * Writes the state of a sender's connection. Only the sessions module calls it, within the transaction that proved the
 * caller to be the session's host. A sender that connects starts to earn health by being idle from here.
 */
export async function changeConnection(tx: Tx, senderId: string, change: ConnectionChange): Promise<void> {
  await tx.query(
    `UPDATE senders SET status = $2, status_reason = $3, phone_number = coalesce($4, phone_number),
        health_since = CASE WHEN $2 = 'connected' AND status <> 'connected' THEN now() ELSE health_since END,
        updated_at = now()
      WHERE id = $1`,
    [senderId, change.status, change.reason ?? null, change.phoneNumber ?? null],
  );
}

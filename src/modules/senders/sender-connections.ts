import type { Tx } from '../../db/index.js';
import type { SenderStatus } from './sender.entity.js';

export interface ConnectionChange {
  status: SenderStatus;
  /** For people; null clears it. */
  reason?: string | null;
  /** E.164, known once paired. */
  phoneNumber?: string;
  /** Only a sender in one of these is changed. */
  from?: readonly SenderStatus[];
}

/**
 * Writes the state of senders' connections. Only the sessions module calls it, within the transaction that proved the
 * caller to be the session's host. A sender that connects starts to earn health by being idle from here.
 */
export async function changeConnection(
  tx: Tx,
  senderIds: readonly string[],
  change: ConnectionChange,
): Promise<void> {
  await tx.query(
    `UPDATE senders SET status = $2, status_reason = $3, phone_number = coalesce($4, phone_number),
        health_since = CASE WHEN $2 = 'connected' AND status <> 'connected' THEN now() ELSE health_since END,
        updated_at = now()
      WHERE id = ANY($1::uuid[]) AND ($5::text[] IS NULL OR status = ANY($5))`,
    [senderIds, change.status, change.reason ?? null, change.phoneNumber ?? null, change.from ?? null],
  );
}

/** The same for several senders whose changes differ, each of them named once. */
export async function changeConnections(
  tx: Tx,
  changes: readonly ({ senderId: string } & Omit<ConnectionChange, 'from'>)[],
): Promise<void> {
  if (changes.length === 0) return;
  await tx.query(
    `UPDATE senders SET status = c.status, status_reason = c.reason,
        phone_number = coalesce(c.phone_number, senders.phone_number),
        health_since = CASE WHEN c.status = 'connected' AND senders.status <> 'connected' THEN now()
          ELSE health_since END,
        updated_at = now()
      FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS c(id, status, reason, phone_number)
      WHERE senders.id = c.id`,
    [
      changes.map(({ senderId }) => senderId),
      changes.map(({ status }) => status),
      changes.map(({ reason }) => reason ?? null),
      changes.map(({ phoneNumber }) => phoneNumber ?? null),
    ],
  );
}

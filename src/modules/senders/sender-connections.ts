import type { Tx } from '../../db/index.js';
import { writeEvents } from '../events/index.js';
import { connectionEvent, type SenderId } from './core/told.js';
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
  const rows: Changed[] = await tx.query(
    `WITH found AS MATERIALIZED (
       SELECT id, status FROM senders WHERE id = ANY($1::uuid[]) AND ($5::text[] IS NULL OR status = ANY($5))
       ORDER BY id FOR NO KEY UPDATE
     ), changed AS (
       UPDATE senders SET status = $2, status_reason = $3, phone_number = coalesce($4, phone_number),
         health_since = CASE WHEN $2 = 'connected' AND senders.status <> 'connected' THEN now() ELSE health_since END,
         updated_at = now()
       FROM found WHERE senders.id = found.id
       RETURNING senders.id, senders.tenant_id AS "tenantId", found.status AS before)
     SELECT id, "tenantId", before FROM changed`,
    [senderIds, change.status, change.reason ?? null, change.phoneNumber ?? null, change.from ?? null],
  );
  await tell(tx, rows, () => change);
}

/** The same for several senders whose changes differ, each of them named once. */
export async function changeConnections(
  tx: Tx,
  changes: readonly ({ senderId: string } & Omit<ConnectionChange, 'from'>)[],
): Promise<void> {
  if (changes.length === 0) return;
  const rows: Changed[] = await tx.query(
    `WITH found AS MATERIALIZED (
       SELECT id, status FROM senders WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE
     ), changed AS (
       UPDATE senders SET status = c.status, status_reason = c.reason,
         phone_number = coalesce(c.phone_number, senders.phone_number),
         health_since = CASE WHEN c.status = 'connected' AND senders.status <> 'connected' THEN now()
           ELSE health_since END,
         updated_at = now()
       FROM found JOIN unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS c(id, status, reason, phone_number)
         USING (id)
       WHERE senders.id = found.id
       RETURNING senders.id, senders.tenant_id AS "tenantId", found.status AS before)
     SELECT id, "tenantId", before FROM changed`,
    [
      changes.map(({ senderId }) => senderId),
      changes.map(({ status }) => status),
      changes.map(({ reason }) => reason ?? null),
      changes.map(({ phoneNumber }) => phoneNumber ?? null),
    ],
  );
  const byId = new Map(changes.map((change) => [change.senderId, change]));
  await tell(tx, rows, ({ id }) => byId.get(id));
}

type Changed = SenderId & { before: SenderStatus };

/** Writes what the changes tell. */
async function tell(
  tx: Tx,
  rows: readonly Changed[],
  changeOf: (row: Changed) => Pick<ConnectionChange, 'status' | 'reason'> | undefined,
): Promise<void> {
  const events = rows.flatMap((row) => {
    const change = changeOf(row);
    return (change && connectionEvent(row, row.before, change.status, change.reason ?? null)) ?? [];
  });
  await writeEvents(tx, events);
}

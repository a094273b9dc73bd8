import type { Tx } from '../../db/index.js';
import { changeConnections } from '../senders/index.js';
import type { DesiredState } from './session.entity.js';
import type { Lease, SessionChange } from './session.types.js';

/** One write of a host about its session; credentials are encrypted already. */
export interface SessionWrite {
  lease: Lease;
  change: SessionChange;
}

/**
 * Writes what hosts report, in the order given; false where another worker has the lease, and nothing was written.
 * Thousands of sessions that connect at once, or end with their worker, share statements: each of its own would take
 * the database minutes.
 */
export async function writeSessions(tx: Tx, writes: readonly SessionWrite[]): Promise<boolean[]> {
  const written = new Map<SessionWrite, boolean>();
  for (const round of rounds(writes)) {
    const held = await updateSessions(tx, round);
    const changes = round.flatMap(({ lease: { senderId }, change: { connection } }) =>
      connection && held.has(senderId) ? [{ senderId, ...connection }] : [],
    );
    await changeConnections(tx, changes);
    for (const write of round) written.set(write, held.has(write.lease.senderId));
  }
  return writes.map((write) => written.get(write) ?? false);
}

/** A statement changes a row once, so the second write about a session goes into a second round. */
function rounds(writes: readonly SessionWrite[]): SessionWrite[][] {
  const result: SessionWrite[][] = [];
  const seen = new Map<string, number>();
  for (const write of writes) {
    const round = seen.get(write.lease.senderId) ?? 0;
    seen.set(write.lease.senderId, round + 1);
    (result[round] ??= []).push(write);
  }
  // In the order of their keys, so that two batches never wait for each other.
  return result.map((round) => round.toSorted((a, b) => (a.lease.senderId < b.lease.senderId ? -1 : 1)));
}

/** Returns the senders whose leases still held. What a change leaves out stays as it is. */
async function updateSessions(tx: Tx, writes: readonly SessionWrite[]): Promise<Set<string>> {
  const column = <Value>(value: (write: SessionWrite) => Value): Value[] => writes.map(value);
  const rows: { sender_id: string }[] = await tx.query(
    `WITH held AS (
        SELECT sessions.sender_id FROM sessions JOIN unnest($1::uuid[], $2::uuid[], $3::integer[])
          AS w(sender_id, worker_id, epoch) USING (sender_id, worker_id, epoch)
        ORDER BY sender_id FOR UPDATE OF sessions
      ), changed AS (
        UPDATE sessions SET updated_at = now(),
          qr_payload = CASE WHEN w.sets_qr THEN w.qr_payload ELSE sessions.qr_payload END,
          qr_expires_at = CASE WHEN w.sets_qr THEN w.qr_expires_at ELSE sessions.qr_expires_at END,
          credentials = CASE WHEN w.sets_credentials THEN w.credentials ELSE sessions.credentials END,
          desired_state = coalesce(w.desired_state, sessions.desired_state),
          worker_id = CASE WHEN w.release THEN NULL ELSE sessions.worker_id END,
          lease_expires_at = CASE WHEN w.release THEN NULL ELSE sessions.lease_expires_at END
        FROM held, unnest($1::uuid[], $4::boolean[], $5::text[], $6::timestamptz[], $7::boolean[], $8::text[],
            $9::text[], $10::boolean[])
          AS w(sender_id, sets_qr, qr_payload, qr_expires_at, sets_credentials, credentials, desired_state, release)
        WHERE sessions.sender_id = held.sender_id AND w.sender_id = held.sender_id
        RETURNING sessions.sender_id
      ) SELECT sender_id FROM changed`,
    [
      column(({ lease }) => lease.senderId),
      column(({ lease }) => lease.workerId),
      column(({ lease }) => lease.epoch),
      column(({ change }) => change.qr !== undefined),
      column(({ change }) => change.qr?.payload ?? null),
      column(({ change }) => change.qr?.expiresAt ?? null),
      column(({ change }) => change.credentials !== undefined),
      column(({ change }) => change.credentials ?? null),
      column<DesiredState | null>(({ change }) => change.desiredState ?? null),
      column(({ change }) => change.release ?? false),
    ],
  );
  return new Set(rows.map((row) => row.sender_id));
}

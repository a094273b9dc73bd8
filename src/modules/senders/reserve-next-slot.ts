import type { Tx } from '../../db/index.js';
import { addMs } from '../../lib/clock.js';
import { earliestSlot, type SenderSlot } from './core/slot.js';

/** How long a free sender waits for the urgent request it is kept for: a job that wakes, and one trip to the database. */
const PATIENCE_MS = 500;
/** Slots further away are not reserved: the request asks again before. */
const HORIZON_MS = 60_000;

export interface SlotReservation {
  senderId: string;
  until: Date;
}

/** The senders that come free first, as many as requests wait; each is kept from the others until shortly after its slot. */
export function sendersToReserve(
  slots: readonly SenderSlot[],
  requests: number,
  messages: number,
  now: Date,
): SlotReservation[] {
  return slots
    .map((slot) => ({ senderId: slot.id, at: earliestSlot(slot, messages, now) }))
    .filter(({ at }) => at.getTime() - now.getTime() <= HORIZON_MS)
    .toSorted((a, b) => a.at.getTime() - b.at.getTime())
    .slice(0, requests)
    .map(({ senderId, at }) => ({ senderId, until: addMs(at, PATIENCE_MS) }));
}

/** A reservation expires by itself, so nothing has to be released when its request is cancelled or its worker dies. */
export async function reserveNextSlots(tx: Tx, reservations: readonly SlotReservation[]): Promise<void> {
  if (reservations.length === 0) return;
  await tx.query(
    `WITH held AS (
       SELECT s.sender_id, asked.until FROM sender_slots s
       JOIN unnest($1::uuid[], $2::timestamptz[]) AS asked (id, until) ON asked.id = s.sender_id
       ORDER BY s.sender_id FOR NO KEY UPDATE OF s
     )
     UPDATE sender_slots s SET held_until = held.until FROM held
     WHERE s.sender_id = held.sender_id AND (s.held_until IS NULL OR s.held_until < held.until)`,
    [reservations.map(({ senderId }) => senderId), reservations.map(({ until }) => until)],
  );
}

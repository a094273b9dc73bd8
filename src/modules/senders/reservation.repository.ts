import type { Tx } from '../../db/index.js';
import { addMs, latest } from '../../lib/clock.js';
import { MAX_CONSECUTIVE_FAILURES, MIN_HEALTH_TO_SEND } from './core/health.js';
import type { SenderSlot } from './core/slot.js';
import type { PoolCensus } from './core/waiting.js';
import { YIELD_MS } from './eligible.repository.js';
import {
  ableConditions,
  hostedHere,
  Parameters,
  poolConditions,
  type PoolSearch,
} from './pool-conditions.js';
import { slotColumns, toSlot, type SlotRow } from './slot-row.js';

/** Slots read when telling waiting requests when to ask again. */
export const UPCOMING_SLOTS = 50;

/** A slot, and whether the worker that asks could use it. */
export interface UpcomingSlot extends SenderSlot {
  isHere: boolean;
}

/** The senders of the pool that will be free soonest. With `ids`, those senders only, all of them. */
export async function upcomingSlots(
  tx: Tx,
  search: PoolSearch,
  ids: readonly string[] | undefined,
  now: Date,
): Promise<UpcomingSlot[]> {
  const parameters = new Parameters();
  const conditions = [...poolConditions(search, parameters), ...ableConditions(search, parameters)];
  if (search.newConversation) {
    conditions.push(
      `(restricted_until IS NULL OR restricted_until <= ${parameters.add(now, 'timestamptz')})`,
    );
  }
  if (ids) conditions.push(`sender_id = ANY(${parameters.add(ids, 'uuid[]')})`);
  const limit = parameters.add(ids ? ids.length : UPCOMING_SLOTS, 'integer');
  const isHere = hostedHere(search, parameters);
  const rows: (SlotRow & { is_here: boolean; held_until: Date | null })[] = await tx.query(
    `SELECT ${slotColumns}, held_until, ${isHere} AS is_here FROM sender_slots WHERE ${conditions.join(' AND ')}
      ORDER BY next_available_at LIMIT ${limit}`,
    parameters.values,
  );
  return rows.map((row) => {
    const slot = { ...(search.yields ? afterOthers(toSlot(row), now) : toSlot(row)), isHere: row.is_here };
    if (search.urgent || !row.held_until) return slot;
    return { ...slot, nextAvailableAt: latest(slot.nextAvailableAt, row.held_until) };
  });
}

/** One that is free is so for a request that yields a moment later; others are asked for again when they are free. */
function afterOthers(slot: SenderSlot, now: Date): SenderSlot {
  if (slot.nextAvailableAt > now) return slot;
  return { ...slot, nextAvailableAt: addMs(slot.nextAvailableAt, YIELD_MS) };
}

interface CensusRow {
  total: string;
  supported: string;
  addressing: string;
  connected: string;
  unpaused: string;
  healthy: string;
  unspent: string;
  restricted_until: Date | null;
}

/** Counts the pool by condition. Reads all of it, so it runs only when no sender could ever serve the request. */
export async function poolCensus(tx: Tx, search: PoolSearch, id: string | undefined): Promise<PoolCensus> {
  const parameters = new Parameters();
  const conditions = poolConditions(search, parameters);
  if (id !== undefined) conditions.push(`sender_id = ${parameters.add(id, 'uuid')}`);
  const supported = `transport = ANY(${parameters.add(search.carriers, 'text[]')})`;
  const addressing = `transport = ANY(${parameters.add(search.transports, 'text[]')})`;
  const connected = `${addressing} AND status = 'connected'`;
  const unpaused = `${connected} AND paused_at IS NULL`;
  const healthy = `${unpaused} AND ${healthyCondition}`;
  const excluded = parameters.add(search.excludedSenderIds ?? [], 'uuid[]');
  const unspent = `${healthy} AND id <> ALL(${excluded})`;
  const [row]: CensusRow[] = await tx.query(
    `SELECT count(*) AS total, count(*) FILTER (WHERE ${supported}) AS supported,
      count(*) FILTER (WHERE ${addressing}) AS addressing,
      count(*) FILTER (WHERE ${connected}) AS connected, count(*) FILTER (WHERE ${unpaused}) AS unpaused,
      count(*) FILTER (WHERE ${healthy}) AS healthy,
      count(*) FILTER (WHERE ${unspent}) AS unspent,
      min(restricted_until) FILTER (WHERE ${unspent}) AS restricted_until
      FROM sender_slots JOIN (SELECT id, status, paused_at, health_score, consecutive_failures FROM senders) s
        ON s.id = sender_id
      WHERE ${conditions.join(' AND ')}`,
    parameters.values,
  );
  return {
    total: Number(row?.total ?? 0),
    supported: Number(row?.supported ?? 0),
    addressing: Number(row?.addressing ?? 0),
    connected: Number(row?.connected ?? 0),
    unpaused: Number(row?.unpaused ?? 0),
    healthy: Number(row?.healthy ?? 0),
    unspent: Number(row?.unspent ?? 0),
    restrictedUntil: row?.restricted_until ?? null,
  };
}

const healthyCondition = `health_score >= ${MIN_HEALTH_TO_SEND} AND consecutive_failures < ${MAX_CONSECUTIVE_FAILURES}`;

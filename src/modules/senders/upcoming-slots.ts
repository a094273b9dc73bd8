import QuickLRU from 'quick-lru';
import type { Tx } from '../../db/index.js';
import { addMs } from '../../lib/clock.js';
import { grantable } from './core/slot.js';
import type { PoolSearch } from './pool-conditions.js';
import { UPCOMING_SLOTS, upcomingSlots, type UpcomingSlot } from './reservation.repository.js';

/** How long what was read of a large pool stands for what would be read now. */
const SERVES_MS = 1_000;
/** Pools of which that is remembered, at most; those used longest ago are forgotten. */
const MOST_POOLS = 100;

interface Asked {
  /** Requests with the same key wait for the same slots. */
  key: string;
  search: PoolSearch;
  now: Date;
  /** What is remembered has turned out to be wrong. */
  anew: boolean;
}

/**
 * The slots that waiting requests are told to come back for. Of a pool with more senders than are read, none of which is free,
 * they are remembered for a second and moved by the time that has passed: its senders come free in a steady stream, and
 * reading all of a pool of ten thousand for each batch that waits cost as much as the batch. Only an estimate rests on
 * it; a request that comes back too soon is told to wait again.
 */
export class UpcomingSlots {
  private readonly pools = new QuickLRU<string, { slots: UpcomingSlot[]; readAt: Date }>({
    maxSize: MOST_POOLS,
  });

  async of(tx: Tx, { key, search, now, anew }: Asked): Promise<UpcomingSlot[]> {
    const known = anew || search.urgent ? undefined : this.pools.get(key);
    const ageMs = known ? now.getTime() - known.readAt.getTime() : SERVES_MS;
    if (known && ageMs >= 0 && ageMs < SERVES_MS) return known.slots.map((slot) => moved(slot, ageMs));
    const slots = await upcomingSlots(tx, search, undefined, now);
    const isSteady =
      slots.length >= UPCOMING_SLOTS && !slots.some((slot) => grantable(slot, search.messages, now) > 0);
    if (isSteady) this.pools.set(key, { slots, readAt: now });
    else this.pools.delete(key);
    return slots;
  }
}

function moved(slot: UpcomingSlot, byMs: number): UpcomingSlot {
  return { ...slot, nextAvailableAt: addMs(slot.nextAvailableAt, byMs) };
}

import QuickLRU from 'quick-lru';
import type { Tx } from '../../db/index.js';
import { addMs } from '../../lib/clock.js';
import { READ_AHEAD_FROM, ReadAhead } from './core/read-ahead.js';
import type { SenderSlot } from './core/slot.js';
import { lockAmong, lookedAt, readCandidates, YIELD_MS, type LockedSlot } from './eligible.repository.js';
import type { PoolSearch } from './pool-conditions.js';

/** Pools of which senders are read ahead, at most; those used longest ago are forgotten. */
const MOST_POOLS = 100;

export interface Eligible {
  /** Locked until the transaction ends. */
  slots: SenderSlot[];
  /** Of those that were named: who may send now, but not from here. */
  elsewhere: Set<string>;
}

export interface Wanted {
  /** Requests with the same key may be served by the same senders. */
  key: string;
  search: PoolSearch;
  /** Locked first, wherever they are hosted. */
  named: readonly string[];
  limit: number;
  now: Date;
  /** What was read ahead has turned out not to be all. */
  anew: boolean;
}

/** Finds and locks senders that may send now from this worker; of large pools it reads ahead (see `ReadAhead`). */
export class EligibleSenders {
  private readonly pools = new QuickLRU<string, ReadAhead>({ maxSize: MOST_POOLS });

  async lock(tx: Tx, wanted: Wanted): Promise<Eligible> {
    const { search, named, limit, now } = wanted;
    const found = new Map<string, SenderSlot>();
    const elsewhere = new Set<string>();
    const collect = (rows: readonly LockedSlot[]): void => {
      for (const { slot, isHere } of rows) {
        if (isHere) found.set(slot.id, slot);
        else elsewhere.add(slot.id);
      }
    };
    if (named.length > 0) collect((await lockAmong(tx, search, { named }, named.length, now)).rows);
    // When every request got the sender it named, no further senders are needed.
    if (found.size < limit) collect(await this.lockFree(tx, wanted));
    return { slots: [...found.values()], elsewhere };
  }

  /** Tells when senders that were locked and used are free again. */
  used({ key, search }: Pick<Wanted, 'key' | 'search'>, slots: readonly SenderSlot[]): void {
    const waitMs = search.yields ? YIELD_MS : 0;
    const again = slots.map(({ id, nextAvailableAt }) => ({ id, at: addMs(nextAvailableAt, waitMs) }));
    this.pools.get(key)?.used(again);
  }

  private async lockFree(tx: Tx, wanted: Wanted): Promise<LockedSlot[]> {
    const { key, search, limit, now, anew } = wanted;
    const ahead = this.pools.get(key);
    if (!ahead) {
      const { rows, free } = await lockAmong(tx, search, 'pool', limit, now);
      if (free >= READ_AHEAD_FROM) this.pools.set(key, new ReadAhead());
      return rows;
    }
    const isRead = anew || !ahead.isFresh(now);
    if (isRead) await this.read(tx, ahead, wanted);
    const rows = await this.lockDue(tx, ahead, wanted);
    if (rows.length >= limit || isRead || !ahead.mayMiss(now, rows.length)) return rows;
    await this.read(tx, ahead, wanted);
    // Those that are locked already are locked once more, and count in the limit.
    return this.lockDue(tx, ahead, wanted);
  }

  private async read(tx: Tx, ahead: ReadAhead, { key, search, now }: Wanted): Promise<void> {
    ahead.fill(await readCandidates(tx, search, now), now);
    if (ahead.size < READ_AHEAD_FROM) this.pools.delete(key);
  }

  private async lockDue(tx: Tx, ahead: ReadAhead, { search, limit, now }: Wanted): Promise<LockedSlot[]> {
    const looked = ahead.due(now, lookedAt(limit));
    if (looked.length === 0) return [];
    const { rows } = await lockAmong(tx, search, { readAhead: looked }, limit, now);
    // Who was looked at and not locked although there was room: held by another worker, or not free any more.
    if (rows.length < limit) {
      const locked = new Set(rows.map(({ slot }) => slot.id));
      ahead.drop(new Set(looked.filter((id) => !locked.has(id))));
    }
    return rows;
  }
}

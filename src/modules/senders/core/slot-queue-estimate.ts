import QuickLRU from 'quick-lru';
import { addMs, earlier, latest } from '../../../lib/clock.js';
import type { Random } from '../../../lib/random.js';
import type { Pace, SenderSlot } from './slot.js';
import { MAX_SPREAD_MS, waitTimes, type Wait } from './waiting.js';

const MAX_QUEUES = 10_000;

interface Waiting extends Pace {
  messages: number;
  /** The smallest goes first. */
  rank: number;
}

/**
 * How far the coming slots of senders are promised to requests that were told to come back. Without it every batch of
 * waiting requests would be sent to the same next slots, and a minute's worth of them would ask over and over for each
 * single one. It knows only the times this process has given out: an estimate, correctness does not depend on it.
 */
export class SlotQueueEstimate {
  private readonly ends = new QuickLRU<string, Date>({ maxSize: MAX_QUEUES });

  /**
   * When each of `requests`, in the order of their ranks, should ask again. Each rank has a queue of its own, behind
   * the ranks that go first. Requests with the same `key` wait for the same slots; without a key no slots are promised.
   */
  timesFor(
    requests: readonly Waiting[],
    slots: readonly SenderSlot[],
    { key, isCut, now, random }: { key?: string; isCut: boolean; now: Date; random: Random },
  ): Wait[] {
    let behind = now;
    return [...new Set(requests.map(({ rank }) => rank))].flatMap((rank) => {
      const queueKey = key === undefined ? undefined : `${key} ${rank}`;
      if (queueKey !== undefined) behind = latest(behind, this.ends.get(queueKey) ?? now);
      const ofRank = requests.filter((request) => request.rank === rank);
      const { waits, end } = waitTimes(ofRank, slots, now, random, { behind, isCut });
      if (queueKey !== undefined) this.move(queueKey, end, now);
      behind = end;
      return waits;
    });
  }

  /** Not further than a minute ahead: what was promised for longer may never be claimed. */
  private move(queueKey: string, end: Date, now: Date): void {
    this.ends.set(queueKey, earlier(end, addMs(now, MAX_SPREAD_MS)));
  }
}

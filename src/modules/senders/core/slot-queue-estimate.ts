import QuickLRU from 'quick-lru';
import { addMs, earlier, latest } from '../../../lib/clock.js';
import type { Random } from '../../../lib/random.js';
import type { Pace, SenderSlot } from './slot.js';
import { MAX_SPREAD_MS, waitTimes, type Wait } from './waiting.js';

const MOST_LINES = 10_000;

interface Waiting extends Pace {
  messages: number;
  /** The smallest goes first. */
  rank: number;
}

/**
 * How far the coming slots of senders are promised to requests that were told to come back. Without it every batch of
 * waiting requests would be sent to the same next slots, and a minute's worth of them would ask over and over for each
 * single one. It remembers only what this process has told; nothing rests on that.
 */
export class SlotQueueEstimate {
  private readonly ends = new QuickLRU<string, Date>({ maxSize: MOST_LINES });

  /**
   * When each of `requests`, in the order of their ranks, should ask again. Each rank stands in a line of its own, behind
   * those of these requests that go first. `key` names who waits for the same slots; without it nobody stands in line.
   */
  tell(
    requests: readonly Waiting[],
    slots: readonly SenderSlot[],
    { key, isCut, now, random }: { key?: string; isCut: boolean; now: Date; random: Random },
  ): Wait[] {
    let behind = now;
    return [...new Set(requests.map(({ rank }) => rank))].flatMap((rank) => {
      const line = key === undefined ? undefined : `${key} ${rank}`;
      if (line !== undefined) behind = latest(behind, this.ends.get(line) ?? now);
      const ofRank = requests.filter((request) => request.rank === rank);
      const { waits, end } = waitTimes(ofRank, slots, now, random, { behind, isCut });
      if (line !== undefined) this.move(line, end, now);
      behind = end;
      return waits;
    });
  }

  /** Not further than a minute ahead: what was promised for longer may never be claimed. */
  private move(line: string, end: Date, now: Date): void {
    this.ends.set(line, earlier(end, addMs(now, MAX_SPREAD_MS)));
  }
}

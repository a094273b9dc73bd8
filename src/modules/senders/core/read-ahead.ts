import { addMs } from '../../../lib/clock.js';

/** How long what was read is worked off before it is read anew, and how far ahead it is read. */
export const READ_AHEAD_MS = 1_000;
/** The most senders that are read ahead. */
export const READ_AHEAD_MOST = 4_000;
/** With fewer than these that are free by then, reading ahead gains nothing: each batch asks the database. */
export const READ_AHEAD_FROM = 100;

export interface Candidate {
  id: string;
  /** From when on it may serve the requests of this pool. */
  at: Date;
}

/**
 * Senders of a large pool that are free now or will be within a moment, those that are free longest first. To find them
 * the whole pool has to be read, so that is done for many batches at once. A sender that becomes free later than they
 * were read stands behind all of them, so nothing is taken out of turn. It is only a hint: each batch locks its senders
 * and asks all conditions again.
 */
export class ReadAhead {
  private candidates: Candidate[] = [];
  private readAt: Date | undefined;
  private isCut = false;

  /** What was read at `now`, in the order of time. */
  fill(candidates: Candidate[], now: Date): void {
    this.candidates = candidates;
    this.readAt = now;
    this.isCut = candidates.length >= READ_AHEAD_MOST;
  }

  get size(): number {
    return this.candidates.length;
  }

  /** A clock that was set back makes it stale, too. */
  isFresh(now: Date): boolean {
    return this.readAt !== undefined && this.readAt <= now && now <= addMs(this.readAt, READ_AHEAD_MS);
  }

  /** Whether others than `locked` of them may be free at `now`: known ones that were not looked at, or such as are not known. */
  mayMiss(now: Date, locked: number): boolean {
    const due = this.candidates.filter(({ at }) => at <= now).length;
    return !this.isFresh(now) || due > locked || (this.isCut && due === this.candidates.length);
  }

  /** The ids of up to `most` that are free at `now`. */
  due(now: Date, most: number): string[] {
    const ids: string[] = [];
    for (const { id, at } of this.candidates) {
      if (at > now || ids.length >= most) break;
      ids.push(id);
    }
    return ids;
  }

  /** These were not as they had been read. */
  drop(ids: ReadonlySet<string>): void {
    if (ids.size > 0) this.candidates = this.candidates.filter(({ id }) => !ids.has(id));
  }

  /**
   * These were used, and are free again at the given times. Where not all were read they are left out until then: those
   * that were cut off are free for longer.
   */
  used(again: readonly Candidate[]): void {
    if (again.length === 0) return;
    this.drop(new Set(again.map(({ id }) => id)));
    if (this.isCut) return;
    this.candidates = [...this.candidates, ...again].toSorted((a, b) => a.at.getTime() - b.at.getTime());
  }
}

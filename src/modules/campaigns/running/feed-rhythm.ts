import { addMs } from '../../../lib/clock.js';

/** A window that empties faster than that is too small for its senders; feeding more often would not help. */
const SHORTEST_PAUSE_MS = 20;
const FORGET_ABOVE = 10_000;

/**
 * When a campaign's window is looked at again: as soon as about half of it will be gone, at the rate at which it
 * emptied since the last time. It remembers only how fast this process saw it empty; nothing rests on that.
 */
export class FeedRhythm {
  private readonly lastFeeds = new Map<string, number>();

  constructor(private readonly longestPauseMs: number) {}

  /** `taken` were queued now, behind `ahead` that still wait or are on their way. */
  next(campaignId: string, { taken, ahead }: { taken: number; ahead: number }, now: Date): Date {
    const last = this.lastFeeds.get(campaignId);
    if (this.lastFeeds.size >= FORGET_ABOVE) this.lastFeeds.clear();
    this.lastFeeds.set(campaignId, now.getTime());
    if (taken === 0) return addMs(now, this.longestPauseMs);
    const elapsedMs = last === undefined ? 0 : now.getTime() - last;
    const untilHalf = (elapsedMs * (ahead + taken)) / (2 * taken);
    return addMs(now, Math.round(Math.min(Math.max(untilHalf, SHORTEST_PAUSE_MS), this.longestPauseMs)));
  }
}

import QuickLRU from 'quick-lru';
import { addMs } from '../../../lib/clock.js';

/** Minimum pause: a window that empties faster is too small for its senders, and feeding more often would not help. */
const SHORTEST_PAUSE_MS = 20;
const MOST_CAMPAIGNS = 10_000;

/**
 * When a campaign's window is looked at again: as soon as about half of it will be gone, at the rate at which it
 * emptied since the last time. Only an estimate of this process: correctness does not depend on it.
 */
export class FeedRhythm {
  private readonly lastFeeds = new QuickLRU<string, { at: number; queued: number }>({
    maxSize: MOST_CAMPAIGNS,
  });

  constructor(private readonly longestPauseMs: number) {}

  /** `taken` were queued now, behind `ahead` that still wait or are on their way; `filled`: there was no room for more. */
  next(
    campaignId: string,
    { taken, ahead, filled }: { taken: number; ahead: number; filled: boolean },
    now: Date,
  ): Date {
    const last = this.lastFeeds.get(campaignId);
    const queued = ahead + taken;
    this.lastFeeds.set(campaignId, { at: now.getTime(), queued });
    if (!filled || (!last && taken > 0)) return addMs(now, SHORTEST_PAUSE_MS);
    const gone = last ? last.queued - ahead : 0;
    if (!last || gone <= 0) return addMs(now, this.longestPauseMs);
    const untilHalf = ((now.getTime() - last.at) * queued) / (2 * gone);
    return addMs(now, Math.round(Math.min(Math.max(untilHalf, SHORTEST_PAUSE_MS), this.longestPauseMs)));
  }
}

import QuickLRU from 'quick-lru';

/**
 * After this long the feed starts at the beginning again, for recipients that came back from a pause, a retry or a lost
 * job.
 */
const TRUSTED_MS = 10_000;
const MOST_CAMPAIGNS = 10_000;

interface Position {
  after: string;
  /** When the campaign was last changed: after a restart the feed begins at the beginning. */
  version: number;
  /** When the feed last started at the beginning. */
  since: number;
}

/**
 * How far the audience of a campaign was fed. Fed recipients leave dead entries in the index until the next vacuum, and
 * a scan from the beginning steps over all of them: a hundred thousand in a large campaign. Only a cache of this
 * process: correctness does not depend on it.
 */
export class FeedPositions {
  private readonly positions = new QuickLRU<string, Position>({ maxSize: MOST_CAMPAIGNS });

  /** The last recipient that was fed, when the feed may continue behind it. */
  after({ id, updatedAt }: { id: string; updatedAt: Date }, now: Date): string | undefined {
    const position = this.positions.get(id);
    if (position?.version !== updatedAt.getTime()) return undefined;
    const age = now.getTime() - position.since;
    return age >= 0 && age < TRUSTED_MS ? position.after : undefined;
  }

  /** `last` was fed now; `wentOn` when the look began where the one before had ended. */
  note({ id, updatedAt }: { id: string; updatedAt: Date }, last: string, wentOn: boolean, now: Date): void {
    const known = this.positions.get(id);
    const since = wentOn && known ? known.since : now.getTime();
    this.positions.set(id, { after: last, version: updatedAt.getTime(), since });
  }

  forget(campaignId: string): void {
    this.positions.delete(campaignId);
  }
}

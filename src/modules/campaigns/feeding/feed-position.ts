import QuickLRU from 'quick-lru';

/** After this long the feed looks again at those who came back: from a pause, a retry, a job that was lost. */
const TRUSTED_MS = 10_000;
const MOST_CAMPAIGNS = 10_000;

interface Position {
  after: string;
  /** When the campaign was last changed: whoever starts it again begins at the beginning. */
  version: number;
  /** When the recipients were last looked at from the beginning. */
  since: number;
}

/**
 * How far the audience of a campaign was fed. Those who were leave entries behind in the index until the next vacuum;
 * every look from the beginning steps over all of them, a hundred thousand in a large campaign. It remembers only
 * what this process fed; nothing rests on that.
 */
export class FeedPositions {
  private readonly positions = new QuickLRU<string, Position>({ maxSize: MOST_CAMPAIGNS });

  /** The last recipient that was fed, when it is right to go on behind that one. */
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

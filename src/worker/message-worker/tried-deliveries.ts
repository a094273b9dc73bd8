import QuickLRU from 'quick-lru';
import type { PartTiming, LoadedDelivery } from '../../modules/delivery/index.js';
import type { RenderedContent } from '../../modules/content/index.js';

/** What a sender is asked for: the types of the messages, and how long each takes. */
export interface Occupation {
  types: RenderedContent['type'][];
  timings: readonly PartTiming[];
}

/** A delivery, and when it was read. */
export interface Read {
  loaded: LoadedDelivery;
  readAt: Date;
}

/** Of those that wait in this process: beyond that many some are rendered again, at a hundred bytes each. */
const MOST = 50_000;
/** Kept with all that was read, at two kilobytes each; the cache holds up to twice as many. */
const MOST_READ = 2_500;
/**
 * What changes between reading and the claim is asked anew by the claim, as it is after the seconds in which a sender types.
 */
const READ_SERVES_MS = 2_000;

/**
 * The deliveries that found no sender, with what they asked for: the same is asked for again without rendering their texts,
 * which are rendered anew once there is a sender. Where a sender is expected within a moment, they are not even read again.
 */
export class TriedDeliveries {
  private readonly tried = new QuickLRU<string, Occupation & { nextPart: number }>({ maxSize: MOST });
  private readonly read = new QuickLRU<string, Read>({ maxSize: MOST_READ });

  /** Undefined for one that was not tried yet, or has sent a part since. */
  of({ delivery: { id, nextPart }, resend }: LoadedDelivery): Occupation | undefined {
    const known = this.tried.get(id);
    return known?.nextPart === nextPart && !resend ? known : undefined;
  }

  note({ delivery: { id, nextPart } }: LoadedDelivery, { types, timings }: Occupation): void {
    this.tried.set(id, { types, timings, nextPart });
  }

  /** It was read at `readAt` and comes back at `at`: kept only where it may still serve then. */
  keep(loaded: LoadedDelivery, { readAt, at }: { readAt: Date; at: Date }): void {
    if (at.getTime() - readAt.getTime() < READ_SERVES_MS)
      this.read.set(loaded.delivery.id, { loaded, readAt });
  }

  /** What was read of it within the last two seconds. */
  take(tenantId: string, deliveryId: string, now: Date): Read | undefined {
    const known = this.read.get(deliveryId);
    if (!known || known.loaded.delivery.tenantId !== tenantId) return undefined;
    this.read.delete(deliveryId);
    const ageMs = now.getTime() - known.readAt.getTime();
    return ageMs >= 0 && ageMs < READ_SERVES_MS ? known : undefined;
  }
}

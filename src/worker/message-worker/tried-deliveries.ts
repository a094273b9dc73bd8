import QuickLRU from 'quick-lru';
import type { PartTiming, LoadedDelivery } from '../../modules/delivery/index.js';
import type { RenderedContent } from '../../modules/content/index.js';

/** What a sender is asked for: the types of the messages, and how long each takes. */
export interface Occupation {
  types: RenderedContent['type'][];
  timings: readonly PartTiming[];
}

/** Of those that wait in this process: beyond that many some are rendered again, at a hundred bytes each. */
const MOST = 50_000;

/**
 * The deliveries that found no sender, with what they asked for: the same is asked for again without rendering their texts,
 * which are rendered anew once there is a sender.
 */
export class TriedDeliveries {
  private readonly tried = new QuickLRU<string, Occupation & { nextPart: number }>({ maxSize: MOST });

  /** Undefined for one that was not tried yet, or has sent a part since. */
  of({ delivery: { id, nextPart }, resend }: LoadedDelivery): Occupation | undefined {
    const known = this.tried.get(id);
    return known?.nextPart === nextPart && !resend ? known : undefined;
  }

  note({ delivery: { id, nextPart } }: LoadedDelivery, { types, timings }: Occupation): void {
    this.tried.set(id, { types, timings, nextPart });
  }
}

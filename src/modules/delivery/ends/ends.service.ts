import type { Database } from '../../../db/index.js';
import { errorMessage } from '../../../lib/errors.js';
import { inHalves, type Failed } from '../../../lib/in-halves.js';
import type { Logger } from '../../../lib/logger.js';
import { RightOfWay } from '../../../lib/right-of-way.js';
import { bySource } from '../by-source.js';
import type { DeliverySources } from '../source.js';
import { dropEnd, dueEnds, setAside, takeEnds } from './ends.repository.js';

/** Ends in one transaction. */
const BATCH = 500;

/** An end that cannot be told rests for a minute, then for twice as long each time: more than eight hours until the last try. */
const FIRST_REST_MS = 60_000;
const MOST_ATTEMPTS = 10;

export interface DeliveryEndsDeps {
  database: Database;
  sources: DeliverySources;
  logger: Logger;
  /** What answers take from all else that this process does. */
  rightOfWay?: RightOfWay;
}

/**
 * Tells sources which of their deliveries have ended. Each end is applied once: it leaves the table in the transaction in
 * which its source takes it. Any number of workers may do this at once.
 */
export class DeliveryEnds {
  private readonly rightOfWay: RightOfWay;

  constructor(private readonly deps: DeliveryEndsDeps) {
    this.rightOfWay = deps.rightOfWay ?? new RightOfWay();
  }

  /** Until there are no more, or the signal says so; returns how many were taken from the table. */
  async tell(signal: AbortSignal): Promise<number> {
    let told = 0;
    while (!signal.aborted) {
      const ids = await dueEnds(this.deps.database.manager, BATCH);
      const before = told;
      const failed = await inHalves(ids, async (some) => {
        told += await this.rightOfWay.behind(() => this.tellThese(some));
      });
      for (const one of failed) await this.keepForLater(one);
      // What is left is another reader's, or is tried again later.
      if (ids.length < BATCH || told === before) break;
    }
    return told;
  }

  private tellThese(ids: readonly string[]): Promise<number> {
    const { database, sources } = this.deps;
    return database.transaction(async (tx) => {
      const ends = await takeEnds(tx, ids);
      for (const [source, own] of bySource(ends)) await sources[source].ended?.(tx, own);
      return ends.length;
    });
  }

  /** One that its source cannot take keeps no others waiting. */
  private async keepForLater({ item: id, error }: Failed<string>): Promise<void> {
    const { database, logger } = this.deps;
    const attempts = await setAside(database.manager, id, FIRST_REST_MS);
    const what = { end: id, attempts, error: errorMessage(error) };
    if (attempts < MOST_ATTEMPTS) {
      logger.warn(what, 'an end of a delivery could not be told to its source; it is tried again later');
      return;
    }
    const dropped = await dropEnd(database.manager, id);
    logger.error(
      { alert: 'delivery.end_dropped', ...what, ...dropped },
      'an end of a delivery could not be told to its source for many hours and was dropped',
    );
  }
}

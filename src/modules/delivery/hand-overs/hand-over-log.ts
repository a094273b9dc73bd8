import type { JournalKeeper } from '../../../journal/journal-keeper.js';
import { Batcher } from '../../../lib/batcher.js';
import { encodeHandOvers, type HandOver } from './encoding.js';

/** Claims of one batch are told at once: what comes together is kept together. */
const COALESCING = { maxItems: 1_000, maxDelayMs: 1 };

/**
 * Keeps, outside PostgreSQL, which messages are given to the network, before they are: a database that was restored from a
 * backup has forgotten them. Concurrent calls share one record.
 */
export class HandOverLog {
  private readonly batches: Batcher<HandOver, void>;

  constructor(keeper: JournalKeeper) {
    this.batches = new Batcher<HandOver, void>(async (batch) => {
      await keeper.keep(encodeHandOvers(batch));
      return batch.map(() => undefined);
    }, COALESCING);
  }

  /** Resolves when it is kept, or when it is known that it cannot be: a message is not held up for what a restore may need. */
  keepHandOver(handOver: HandOver): Promise<void> {
    return this.batches.add(handOver);
  }
}

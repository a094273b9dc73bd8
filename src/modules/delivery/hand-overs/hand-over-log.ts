import type { Journal } from '../../../journal/journal.js';
import { Batcher } from '../../../lib/batcher.js';
import { errorMessage } from '../../../lib/errors.js';
import { within } from '../../../lib/time-out.js';
import type { ThrottledLogger } from '../../../lib/throttled-logger.js';
import { encodeHandOvers, type HandOver } from './encoding.js';

export interface HandOverLogDeps {
  /** In the order in which they are tried: the first that answers keeps the batch. */
  journals: readonly Journal[];
  /** Called when no journal kept a batch; sending goes on. */
  onGap: () => void;
  log: ThrottledLogger;
  /** Milliseconds after which the next journal is tried. */
  patienceMs?: number;
}

const PATIENCE_MS = 1_000;
/** Claims of one batch are told at once: what comes together is kept together. */
const COALESCING = { maxItems: 1_000, maxDelayMs: 1 };

/**
 * Keeps, outside PostgreSQL, which messages are given to the network, before they are: a database that was restored from a
 * backup has forgotten them. Concurrent calls share one record.
 */
export class HandOverLog {
  private readonly batches: Batcher<HandOver, void>;

  constructor(private readonly deps: HandOverLogDeps) {
    this.batches = new Batcher((batch) => this.keep(batch), COALESCING);
  }

  /** Resolves when it is kept, or when it is known that it cannot be: a message is not held up for what a restore may need. */
  keepHandOver(handOver: HandOver): Promise<void> {
    return this.batches.add(handOver);
  }

  private async keep(batch: HandOver[]): Promise<void[]> {
    const data = encodeHandOvers(batch);
    const { journals, log, onGap, patienceMs = PATIENCE_MS } = this.deps;
    for (const [place, journal] of journals.entries()) {
      try {
        await within(patienceMs, 'keeping hand-overs', journal.append(data));
        return batch.map(() => undefined);
      } catch (error) {
        log.report('warn', `journal ${place}`, 'hand-overs could not be kept in a journal', {
          error: errorMessage(error),
        });
      }
    }
    onGap();
    log.report('error', 'journal gap', 'hand-overs were kept in no journal', { alert: 'journal.gap' });
    return batch.map(() => undefined);
  }
}

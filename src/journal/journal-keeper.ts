import { errorMessage } from '../lib/errors.js';
import type { ThrottledLogger } from '../lib/throttled-logger.js';
import { within } from '../lib/time-out.js';
import type { Journal } from './journal.js';

export interface JournalKeeperDeps {
  /** In the order in which they are tried: the first that answers keeps the record. */
  journals: readonly Journal[];
  /** Called when no journal kept a record; work goes on. */
  onGap: () => void;
  log: ThrottledLogger;
  /** Milliseconds after which the next journal is tried. */
  patienceMs?: number;
}

const PATIENCE_MS = 1_000;

/** Keeps records outside PostgreSQL, which a database that was restored from a backup has forgotten. */
export class JournalKeeper {
  constructor(private readonly deps: JournalKeeperDeps) {}

  /** Resolves when it is kept, or when it is known that it cannot be: nothing is held up for what a restore may need. */
  async keep(data: Buffer): Promise<void> {
    const { journals, log, onGap, patienceMs = PATIENCE_MS } = this.deps;
    for (const [place, journal] of journals.entries()) {
      try {
        await within(patienceMs, 'keeping a record', journal.append(data));
        return;
      } catch (error) {
        log.report('warn', `journal ${place}`, 'records could not be kept in a journal', {
          error: errorMessage(error),
        });
      }
    }
    onGap();
    log.report('error', 'journal gap', 'records were kept in no journal', { alert: 'journal.gap' });
  }
}

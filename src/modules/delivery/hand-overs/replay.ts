import type { Database } from '../../../db/index.js';
import { FORM, formOf } from '../../../journal/forms.js';
import { JournalDamaged, type Journal } from '../../../journal/journal.js';
import type { Logger } from '../../../lib/logger.js';
import type { DeliverySources } from '../source.js';
import { decodeHandOvers } from './encoding.js';
import type { JournaledHandOver } from './replay-plan.js';
import { replayHandOvers } from './replay.repository.js';

const BATCH = 500;

export interface ReplayReport {
  /** Deliveries that are bound to what was handed over. */
  bound: number;
  /** Deliveries that the database does not know: they were made after the backup, or deleted since. */
  missing: number;
  /** Everything that the journals should have could be read. */
  readable: boolean;
}

/** Tells a restored database what was handed over since its backup. Safe to run again: what it knows stays as it is. */
export async function replayJournals(
  deps: { database: Database; sources: DeliverySources; logger: Logger },
  journals: readonly Journal[],
  since: Date,
): Promise<ReplayReport> {
  const report: ReplayReport = { bound: 0, missing: 0, readable: true };
  const replay = async (handOvers: JournaledHandOver[]): Promise<void> => {
    if (handOvers.length === 0) return;
    const { bound, missing } = await deps.database.transaction((tx) =>
      replayHandOvers(tx, deps.sources, handOvers),
    );
    report.bound += bound;
    report.missing += missing;
  };
  for (const journal of journals) {
    let batch: JournaledHandOver[] = [];
    try {
      for await (const { at, data } of journal.since(since)) {
        if (formOf(data) === FORM.binding) continue;
        batch.push(...decodeHandOvers(data).map((handOver) => ({ ...handOver, at })));
        if (batch.length < BATCH) continue;
        await replay(batch);
        batch = [];
      }
    } catch (error) {
      if (!(error instanceof JournalDamaged)) throw error;
      deps.logger.error(
        { alert: 'journal.damaged', error: error.message },
        'a journal could not be read to its end',
      );
      report.readable = false;
    }
    await replay(batch);
  }
  return report;
}

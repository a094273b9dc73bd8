import type { Database } from '../../db/index.js';
import { addMs } from '../../lib/clock.js';
import type { Logger } from '../../lib/logger.js';
import { unavailableResource } from '../../lib/transient-errors.js';
import { KEPT_MS, partitionsAhead, partitionsOver } from './core/partitions.js';
import { removeFromLog } from './log.repository.js';
import {
  createPartition,
  databaseNow,
  dropPartition,
  lockEvents,
  partitionNames,
  removeFromRest,
} from './partition.repository.js';

const DAY_MS = 24 * 60 * 60_000;
/** So long the logs of senders and campaigns are kept. */
export const LOG_DAYS = 90;
/** Rows in one statement, and at most in one run: the rest is for the next. */
const BATCH = 1_000;
const MOST = 20_000;

export interface EventUpkeepDeps {
  database: Database;
  logger: Logger;
}

/** Makes room ahead of the events to come, and removes what has been kept for long enough. */
export class EventUpkeep {
  constructor(private readonly deps: EventUpkeepDeps) {}

  /** `now` is the database's time unless given. */
  async keep(signal: AbortSignal, now?: Date): Promise<void> {
    const { database } = this.deps;
    const at = now ?? (await databaseNow(database.manager));
    await this.changePartitions(at);
    const tx = database.manager;
    await inBatches(signal, () => removeFromRest(tx, addMs(at, -KEPT_MS), BATCH));
    await inBatches(signal, () => removeFromLog(tx, addMs(at, -LOG_DAYS * DAY_MS), BATCH));
  }

  /** When the table is in use for longer than a moment, the next run does it: partitions are made two days ahead. */
  private async changePartitions(now: Date): Promise<void> {
    const { database, logger } = this.deps;
    const names = await partitionNames(database.manager);
    const missing = partitionsAhead(now).filter(({ name }) => !names.includes(name));
    const over = partitionsOver(names, now);
    if (missing.length + over.length === 0) return;
    try {
      await database.transaction(async (tx) => {
        await lockEvents(tx);
        // Another process may have done it just now.
        const found = new Set(await partitionNames(tx));
        for (const partition of over) if (found.has(partition.name)) await dropPartition(tx, partition);
        for (const partition of missing) if (!found.has(partition.name)) await createPartition(tx, partition);
      });
    } catch (error) {
      if (unavailableResource(error) !== 'lock') throw error;
      logger.info(
        { missing: missing.length, over: over.length },
        'the table of events is in use; its partitions wait',
      );
    }
  }
}

async function inBatches(signal: AbortSignal, one: () => Promise<number>): Promise<void> {
  for (let removed = 0; removed < MOST && !signal.aborted;) {
    const count = await one();
    removed += count;
    if (count < BATCH) return;
  }
}

import type { Database } from '../../../db/index.js';
import { JournalDamaged, type Journal } from '../../../journal/journal.js';
import type { Logger } from '../../../lib/logger.js';
import { decodeBinding } from './binding.js';
import type { EventRow } from '../core/event-row.js';
import { insertEvents, knownTenants } from './inbox.repository.js';

const BATCH = 500;

/**
 * Stores in a restored database what people wrote since its backup that binds, as if the network had told it again: what is
 * there stays as it is, and for whoever wrote STOP nothing is claimed until it is worked off. Safe to run again.
 * Returns how many of them the journals have.
 */
export async function tellBindingAgain(
  { database, logger }: { database: Database; logger: Logger },
  journals: readonly Journal[],
  since: Date,
): Promise<number> {
  const told: { at: Date; rows: EventRow[] }[] = [];
  for (const journal of journals) {
    try {
      for await (const { at, data } of journal.since(since)) {
        const rows = decodeBinding(data);
        if (rows) told.push({ at, rows });
      }
    } catch (error) {
      if (!(error instanceof JournalDamaged)) throw error;
      const alert = 'journal.damaged';
      logger.error({ alert, error: error.message }, 'not all that people wrote could be read from a journal');
    }
  }
  // A START after a STOP may be in another process's part of the journal.
  const rows = told.toSorted((a, b) => a.at.getTime() - b.at.getTime()).flatMap((record) => record.rows);
  await database.transaction(async (tx) => {
    const tenants = await knownTenants(tx, [...new Set(rows.map(({ tenantId }) => tenantId))]);
    const ours = rows.filter(({ tenantId }) => tenants.has(tenantId));
    for (let from = 0; from < ours.length; from += BATCH)
      await insertEvents(tx, ours.slice(from, from + BATCH));
  });
  return rows.length;
}

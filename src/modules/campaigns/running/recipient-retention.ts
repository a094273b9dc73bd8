import type { Database, Tx } from '../../../db/index.js';
import type { Clock } from '../../../lib/clock.js';
import {
  FIRST_PLACE,
  hasRecipients,
  removeEndedRecipients,
  type RecipientPlace,
  type RemovedRecipients,
} from '../../delivery/index.js';
import { usersOfCampaign } from '../campaign.repository.js';
import { endedBefore, lockEnded, noteRemoved } from './retention.repository.js';

export interface RecipientRetentionDeps {
  database: Database;
  clock: Clock;
}

const NOTHING: RemovedRecipients = { last: undefined, removed: 0 };

/** Removes recipients of ended campaigns that a tenant keeps for so many days only. Campaigns and their counters stay. */
export class RecipientRetention {
  constructor(
    private readonly deps: RecipientRetentionDeps,
    /** Recipients that one statement reads, and that one run removes, about. */
    private readonly bounds: { pageRows: number; most: number } = { pageRows: 1_000, most: 20_000 },
  ) {}

  /**
   * Removes recipients of campaigns that ended before that time, page by page, each in a transaction of its own, until the
   * signal says so or one run has removed its share. Returns how many.
   */
  async removeOld(tenantId: string, before: Date, signal: AbortSignal): Promise<number> {
    const { database } = this.deps;
    const { most } = this.bounds;
    let removed = 0;
    for (const id of await endedBefore(database.manager, tenantId, before)) {
      let after: RecipientPlace | undefined = FIRST_PLACE;
      while (after && removed < most && !signal.aborted) {
        const from: RecipientPlace = after;
        const page = await database.transaction((tx) => this.removePage(tx, tenantId, id, before, from));
        removed += page.removed;
        after = page.last;
      }
    }
    return removed;
  }

  /** From the first page on the campaign says that its recipients are gone, so that nobody takes the rest for all. */
  private async removePage(
    tx: Tx,
    tenantId: string,
    id: string,
    before: Date,
    after: RecipientPlace,
  ): Promise<RemovedRecipients> {
    const campaign = await lockEnded(tx, tenantId, id, before);
    if (!campaign) return NOTHING;
    if (!campaign.begun && (await usersOfCampaign(tx, tenantId, id)).length > 0) return NOTHING;
    const page = await removeEndedRecipients(tx, id, before, { after, limit: this.bounds.pageRows });
    const gone = !(await hasRecipients(tx, id));
    if (gone || page.removed > 0) await noteRemoved(tx, id, this.deps.clock.now(), gone);
    return page;
  }
}

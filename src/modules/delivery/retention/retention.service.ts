import type { Database } from '../../../db/index.js';
import { firstIdAt } from '../../../lib/ids.js';
import { removeInPages, type RemovedPage } from '../../../lib/in-pages.js';
import { removeOfSends, sendsBetween } from './deliveries.repository.js';
import { removeNextTexts, removeOverdueTexts } from './texts.repository.js';

export interface RetentionOptions {
  /** Rows that one statement reads at most; 1,000 unless given. */
  pageRows?: number;
  /** Rows that are removed in one run, about; 20,000 unless given. */
  most?: number;
}

/** Each may have a thousand deliveries that wait for their time. */
const SENDS_AT_ONCE = 200;

/** Removes what a tenant keeps for so many days only, page by page, each in a transaction of its own. */
export class DeliveryRetention {
  private readonly pageRows: number;
  private readonly most: number;

  constructor(
    private readonly database: Database,
    { pageRows = 1_000, most = 20_000 }: RetentionOptions = {},
  ) {
    this.pageRows = pageRows;
    this.most = most;
  }

  /** Texts and contents of messages that were sent, received or given up before that time; returns of how many. */
  async removeTexts(tenantId: string, before: Date, signal: AbortSignal): Promise<number> {
    const limit = this.pageRows;
    const overdue = await removeInPages(
      (after) =>
        this.database.transaction((tx) => removeOverdueTexts(tx, tenantId, before, { after, limit })),
      { most: this.most, signal },
    );
    const next = await removeInPages(
      () => this.database.transaction((tx) => removeNextTexts(tx, tenantId, before, limit)),
      { most: this.most - overdue, signal },
    );
    return overdue + next;
  }

  /**
   * Direct messages and tests that left or were given up before that time, with their messages, and the requests that have
   * none left; returns how many deliveries went.
   */
  removeSends(tenantId: string, before: Date, signal: AbortSignal): Promise<number> {
    return removeInPages((after) => this.removePageOfSends(tenantId, before, after), {
      most: this.most,
      signal,
    });
  }

  /** The same requests again while there may be more of them. */
  private removePageOfSends(tenantId: string, before: Date, after: string): Promise<RemovedPage> {
    const limit = Math.min(this.pageRows, SENDS_AT_ONCE);
    return this.database.transaction(async (tx) => {
      const sends = await sendsBetween(tx, tenantId, { after, until: firstIdAt(before), limit });
      if (sends.length === 0) return { last: undefined, removed: 0 };
      const { removed, more } = await removeOfSends(tx, sends, before, this.pageRows);
      const next = sends.length < limit ? undefined : sends.at(-1);
      return { last: more ? after : next, removed };
    });
  }
}

import type { Database } from '../../../db/index.js';
import { removeInPages } from '../../../lib/in-pages.js';
import { removeNextTexts, removeOverdueTexts } from './texts.repository.js';

export interface RetentionOptions {
  /** Rows that one statement reads at most; 1,000 unless given. */
  pageRows?: number;
  /** Rows that are removed in one run, about; 20,000 unless given. */
  most?: number;
}

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
}

import type { Database } from '../../db/index.js';
import { Batcher } from '../../lib/batcher.js';
import type { Clock } from '../../lib/clock.js';
import type { Logger } from '../../lib/logger.js';
import type { RightOfWay } from '../../lib/right-of-way.js';
import { mergeReceipts, retryUnmatchedAt, type MergedReceipt, type ReceiptEntry } from './core/receipts.js';
import { applyReceipts } from './receipt.repository.js';
import type { DeliverySources } from './source.js';

/** What one sender's phone reported, as it came over the queue. */
interface Report {
  tenantId: string;
  senderId: string;
  receipts: readonly ReceiptEntry[];
}

/**
 * Reports that arrive within this time of each other share one transaction. Each brings up to 500 receipts, and so
 * many deliveries are locked no longer than it takes to write them.
 */
const COALESCING = { maxItems: 25, maxDelayMs: 3 };

export interface ReceiptDeps {
  database: Database;
  sources: DeliverySources;
  clock: Clock;
  logger: Logger;
  /** What answers take from all else that this process does. */
  rightOfWay?: RightOfWay;
}

/** What senders' phones reported about messages they sent. */
export class ReceiptService {
  /** Returns for each report the WhatsApp ids that no message of its sender has. */
  private readonly reports: Batcher<Report, ReadonlySet<string>>;

  constructor(private readonly deps: ReceiptDeps) {
    const options = { ...COALESCING, givesWayTo: deps.rightOfWay };
    this.reports = new Batcher((reports) => this.applyAll(reports), options);
  }

  /**
   * Writes a batch of receipts; idempotent, in any order. Returns when to try again for those whose message is not
   * written yet, or undefined when all is done.
   */
  async apply(
    tenantId: string,
    senderId: string,
    receipts: readonly ReceiptEntry[],
  ): Promise<Date | undefined> {
    const unmatched = await this.reports.add({ tenantId, senderId, receipts });
    const open = receipts.filter((receipt) => unmatched.has(receipt.waMessageId));
    const retryAt = retryUnmatchedAt(open, this.deps.clock.now());
    if (open.length > 0 && !retryAt) {
      this.deps.logger.debug(
        { senderId, receipts: open.length },
        'receipts of messages that Starling did not send',
      );
    }
    return retryAt;
  }

  private async applyAll(reports: readonly Report[]): Promise<ReadonlySet<string>[]> {
    const bySender = new Map<string, Report>();
    for (const report of reports) {
      const earlier = bySender.get(keyOf(report))?.receipts ?? [];
      bySender.set(keyOf(report), { ...report, receipts: [...earlier, ...report.receipts] });
    }
    const merged = [...bySender.values()].map((report) => ({ ...report, receipts: this.merge(report) }));
    const usable = merged.filter(({ receipts }) => receipts.length > 0);
    if (usable.length === 0) return reports.map(() => new Set());
    const unmatched = await this.deps.database.transaction((tx) =>
      applyReceipts(tx, this.deps.sources, usable),
    );
    const ofSender = new Map(usable.map((report, index) => [keyOf(report), unmatched[index]]));
    return reports.map((report) => ofSender.get(keyOf(report)) ?? new Set());
  }

  private merge({ senderId, receipts }: Report): MergedReceipt[] {
    const { merged, malformed } = mergeReceipts(receipts);
    if (malformed > 0) this.deps.logger.warn({ senderId, malformed }, 'dropped entries that are no receipts');
    return merged;
  }
}

function keyOf({ tenantId, senderId }: Pick<Report, 'tenantId' | 'senderId'>): string {
  return `${tenantId} ${senderId}`;
}

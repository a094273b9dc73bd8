import type { Database } from '../../../db/index.js';
import type { Clock } from '../../../lib/clock.js';
import type { Logger } from '../../../lib/logger.js';
import { mergeReceipts, retryUnmatchedAt, type ReceiptEntry } from './core/receipts.js';
import { applyReceipts } from './receipt.repository.js';

/** What a sender's phone reported about messages it sent. */
export class ReceiptService {
  constructor(private readonly deps: { database: Database; clock: Clock; logger: Logger }) {}

  /**
   * Writes a batch of receipts; idempotent, in any order. Answers when to try again for those whose message is not
   * written yet, or undefined when all is done.
   */
  async apply(
    tenantId: string,
    senderId: string,
    receipts: readonly ReceiptEntry[],
  ): Promise<Date | undefined> {
    const { merged, malformed } = mergeReceipts(receipts);
    if (malformed > 0) this.deps.logger.warn({ senderId, malformed }, 'dropped entries that are no receipts');
    if (merged.length === 0) return undefined;
    const { unmatched } = await this.deps.database.transaction((tx) =>
      applyReceipts(tx, { tenantId, senderId }, merged),
    );
    const open = receipts.filter((receipt) => unmatched.has(receipt.waMessageId));
    const retryAt = retryUnmatchedAt(open, this.deps.clock.now());
    if (open.length > 0 && !retryAt) {
      this.deps.logger.debug({ senderId, receipts: open.length }, 'receipts of messages that are not ours');
    }
    return retryAt;
  }
}

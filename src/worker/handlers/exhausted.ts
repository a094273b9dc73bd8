import { errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import { unavailableResource } from '../../lib/transient-errors.js';
import type { ReceiptService, recordReceipts } from '../../modules/delivery/index.js';
import type { ExhaustedHandler } from '../../queue/job.js';

/** A batch of receipts cannot be applied: each is tried by itself, so that one costs no other. */
export function createExhaustedReceipts(deps: {
  receipts: Pick<ReceiptService, 'apply'>;
  logger: Logger;
}): ExhaustedHandler<typeof recordReceipts> {
  return async ({ tenantId, senderId, receipts }) => {
    for (const receipt of receipts) {
      await orDropped(deps.logger, { senderId, waMessageId: receipt.waMessageId }, () =>
        deps.receipts.apply(tenantId, senderId, [receipt]),
      );
    }
  };
}

async function orDropped(
  logger: Logger,
  which: { senderId: string; waMessageId: string },
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (unavailableResource(error) !== undefined) throw error;
    const report = { alert: 'inbound.dropped', ...which, error: errorMessage(error) };
    logger.error(report, 'what the network reported could not be stored and was dropped');
  }
}

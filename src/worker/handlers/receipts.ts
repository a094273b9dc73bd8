import type { JobHandler } from '../../queue/job.js';
import type { ReceiptService, recordReceipts } from '../../modules/delivery/index.js';

/**
 * Applies the receipts of one sender. Those that come before their message was recorded are tried again for a minute.
 */
export function createReceiptsHandler(deps: {
  receipts: Pick<ReceiptService, 'apply'>;
}): JobHandler<typeof recordReceipts> {
  return async ({ tenantId, senderId, receipts }) => {
    const retryAt = await deps.receipts.apply(tenantId, senderId, receipts);
    return retryAt ? { kind: 'runAgain', at: retryAt } : { kind: 'done' };
  };
}

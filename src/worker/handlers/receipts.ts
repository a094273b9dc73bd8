import type { JobHandler } from '../../queue/catalog.js';
import type { ReceiptService } from '../../modules/delivery/index.js';

/** Receipts of one sender. Those that are ahead of their message's record are tried again for a minute. */
export function createReceiptsHandler(deps: {
  receipts: Pick<ReceiptService, 'apply'>;
}): JobHandler<'transport.receipts'> {
  return async ({ tenantId, senderId, receipts }) => {
    const retryAt = await deps.receipts.apply(tenantId, senderId, receipts);
    return retryAt ? { kind: 'runAgain', at: retryAt } : { kind: 'done' };
  };
}

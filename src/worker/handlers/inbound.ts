import type { InboundService } from '../../modules/campaigns/index.js';
import type { JobHandler } from '../../queue/catalog.js';

/** What people wrote to one sender, in the order it came. */
export function createInboundHandler(deps: {
  inbound: Pick<InboundService, 'receive'>;
}): JobHandler<'transport.inbound'> {
  return async ({ tenantId, senderId, messages }) => {
    await deps.inbound.receive(tenantId, senderId, messages);
    return { kind: 'done' };
  };
}

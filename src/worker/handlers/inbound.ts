import type { JobHandler } from '../../queue/job.js';
import type { InboundService, receiveInbound } from '../../modules/inbound/index.js';

/** Stores the inbound messages of one sender, in the order they came. */
export function createInboundHandler(deps: {
  inbound: Pick<InboundService, 'receive'>;
}): JobHandler<typeof receiveInbound> {
  return async ({ tenantId, senderId, messages }) => {
    await deps.inbound.receive(tenantId, senderId, messages);
    return { kind: 'done' };
  };
}

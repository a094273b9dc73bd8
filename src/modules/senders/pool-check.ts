import { DomainError } from '../../lib/errors.js';
import type { SenderPool } from './pool.js';

/** How many senders a pool has. */
export interface PoolSize {
  findPool(tenantId: string, pool: SenderPool): Promise<{ total: number }>;
}

/** A campaign without a sender that can serve it is refused at creation and again at start. */
export async function refuseEmptyPool(senders: PoolSize, tenantId: string, pool: SenderPool): Promise<void> {
  const { total } = await senders.findPool(tenantId, pool);
  if (total > 0) return;
  const path = pool.senderTags.length > 0 ? 'senderTags' : 'senderIds';
  const wanted = [
    pool.senderIds.length > 0 ? `ids ${pool.senderIds.join(', ')}` : '',
    pool.senderTags.length > 0 ? `tags ${pool.senderTags.join(', ')}` : '',
  ].filter(Boolean);
  const message =
    wanted.length === 0
      ? 'There are no senders yet; create one with POST /api/senders.'
      : `No sender matches the pool (${wanted.join('; ')}).`;
  throw new DomainError('not_possible', 'no_sender_in_pool', message, { errors: [{ path, message }] });
}

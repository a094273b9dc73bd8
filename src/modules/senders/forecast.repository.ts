import type { Tx } from '../../db/index.js';
import type { SenderPool } from './pool.js';
import { poolMembership } from './pool-conditions.js';
import { Sender } from './sender.entity.js';
import { withSlots, type SenderWithSlot } from './sender.repository.js';

/** Every sender of a pool, whatever its state. */
export async function poolSenders(tx: Tx, tenantId: string, pool: SenderPool): Promise<SenderWithSlot[]> {
  const values: unknown[] = [tenantId];
  const membership = poolMembership(pool, (value, type) => `$${values.push(value)}::${type}`, {
    tenant: '$1::uuid',
    id: 'id',
  });
  const rows: { id: string }[] = await tx.query(
    `SELECT id FROM senders WHERE tenant_id = $1 ${membership ? `AND ${membership}` : ''} ORDER BY id`,
    values,
  );
  if (rows.length === 0) return [];
  const senders = await tx
    .createQueryBuilder(Sender, 'sender')
    .where('sender.tenantId = :tenantId AND sender.id = ANY(:ids)', {
      tenantId,
      ids: rows.map(({ id }) => id),
    })
    .orderBy('sender.id')
    .getMany();
  return withSlots(tx, senders);
}

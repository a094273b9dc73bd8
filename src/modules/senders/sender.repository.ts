import { QueryFailedError, type QueryDeepPartialEntity } from 'typeorm';
import { readWidePage, type Tx } from '../../db/index.js';
import { sum } from '../../lib/sum.js';
import { idBehind, type Page, type PageRequest } from '../../lib/pages.js';
import type { TransportName } from '../../transports/transport.js';
import type { SenderPool } from './pool.js';
import { poolMembership } from './pool-conditions.js';
import { SenderSlotRow } from './sender-slot.entity.js';
import { Sender, type SenderStatus } from './sender.entity.js';

export interface SenderFilter {
  /** As presented: `paused` is a status here too. */
  status?: SenderStatus | 'paused';
  transport?: TransportName;
  tag?: string;
  /** Part of the name, case-insensitive. */
  name?: string;
}

const PG_UNIQUE_VIOLATION = '23505';

/** True when the statement failed because the tenant already has a sender of that name. */
export function isNameTaken(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const cause: { code?: string; constraint?: string } = error.driverError;
  return cause.code === PG_UNIQUE_VIOLATION && cause.constraint === 'senders_tenant_name';
}

/** What messages have changed of a sender. */
export type SlotState = Omit<SenderSlotRow, 'senderId' | 'able'>;

export type SenderWithSlot = Sender & SlotState;

export async function findSender(tx: Tx, tenantId: string, id: string): Promise<SenderWithSlot | undefined> {
  const sender = await tx.findOneBy(Sender, { tenantId, id });
  return sender ? (await withSlots(tx, [sender]))[0] : undefined;
}

/** With its slot, so that no message changes it until the transaction ends. */
export async function lockSender(tx: Tx, tenantId: string, id: string): Promise<SenderWithSlot | undefined> {
  const lock = { mode: 'pessimistic_write' } as const;
  const sender = await tx.findOne(Sender, { where: { tenantId, id }, lock });
  if (!sender) return undefined;
  await tx.findOne(SenderSlotRow, { where: { senderId: id }, lock });
  return (await withSlots(tx, [sender]))[0];
}

/** In the same order. One that was removed meanwhile is left out. */
export async function withSlots(tx: Tx, senders: readonly Sender[]): Promise<SenderWithSlot[]> {
  if (senders.length === 0) return [];
  const rows = await tx
    .createQueryBuilder(SenderSlotRow, 'slot')
    .where('slot.senderId = ANY(:ids)', { ids: senders.map(({ id }) => id) })
    .getMany();
  const slots = new Map(rows.map((row) => [row.senderId, row]));
  return senders.flatMap((sender) => {
    const slot = slots.get(sender.id);
    if (!slot) return [];
    const { senderId: _, able: __, ...state } = slot;
    return [Object.assign(sender, state)];
  });
}

export async function insertSender(tx: Tx, sender: Sender): Promise<SenderWithSlot> {
  await tx.insert(Sender, sender as QueryDeepPartialEntity<Sender>);
  await tx.update(SenderSlotRow, { senderId: sender.id }, { nextAvailableAt: sender.createdAt });
  const [inserted] = await withSlots(tx, [sender]);
  if (!inserted) throw new Error(`Sender ${sender.id} has no slot.`);
  return inserted;
}

/** Writes the changed columns of one that was locked before, and of its slot what settings change. */
export async function saveSender(tx: Tx, sender: SenderWithSlot): Promise<void> {
  await tx.save(Sender, sender, { reload: false });
  const { nextAvailableAt, warmUpSince, warmUpDayStartedAt, warmUpUsed } = sender;
  await tx.update(
    SenderSlotRow,
    { senderId: sender.id },
    { nextAvailableAt, warmUpSince, warmUpDayStartedAt, warmUpUsed },
  );
}

export async function deleteSender(tx: Tx, tenantId: string, id: string): Promise<boolean> {
  const { affected } = await tx.delete(Sender, { tenantId, id });
  return affected === 1;
}

const HAS_TAG = `sender.id IN (SELECT member.sender_id FROM sender_tags member
  WHERE member.tenant_id = :tenantId AND member.tag = :tag)`;

/** The newest first. Ids are UUID v7, so their order is the order of creation. */
export async function listSenders(
  tx: Tx,
  tenantId: string,
  filter: SenderFilter,
  page: PageRequest,
): Promise<Page<SenderWithSlot>> {
  const query = tx.createQueryBuilder(Sender, 'sender').where('sender.tenantId = :tenantId', { tenantId });
  if (filter.status === 'paused') {
    query.andWhere("sender.pausedAt IS NOT NULL AND sender.status NOT IN ('logged_out', 'banned')");
  } else if (filter.status) {
    query.andWhere('sender.status = :status', { status: filter.status });
    query.andWhere("(sender.pausedAt IS NULL OR sender.status IN ('logged_out', 'banned'))");
  }
  if (filter.transport) query.andWhere('sender.transport = :transport', { transport: filter.transport });
  if (filter.tag) query.andWhere(HAS_TAG, { tag: filter.tag });
  if (filter.name) {
    query.andWhere('position(lower(:name) in lower(sender.name)) > 0', { name: filter.name });
  }
  const total = await query.getCount();
  const after = idBehind(page.cursor);
  if (after !== undefined) query.andWhere('sender.id < :after', { after });
  const wide = ['transportConfig', 'tags'] as const;
  const found = await readWidePage(tx, query, { limit: page.limit, wide });
  return { ...found, items: await withSlots(tx, found.items), total };
}

/** How many senders a pool has, and how many of them are connected. */
export async function countPool(
  tx: Tx,
  tenantId: string,
  pool: SenderPool,
): Promise<{ total: number; connected: number; transports: { name: TransportName; isThere: boolean }[] }> {
  const values: unknown[] = [tenantId];
  const membership = poolMembership(pool, (value, type) => `$${values.push(value)}::${type}`, {
    tenant: '$1::uuid',
    id: 'id',
  });
  const rows: { name: TransportName; total: number; connected: number; isThere: boolean }[] = await tx.query(
    `SELECT transport AS name, count(*)::int AS total, count(*) FILTER (WHERE status = 'connected')::int AS connected,
            bool_or(status = 'connected' AND paused_at IS NULL) AS "isThere"
      FROM senders WHERE tenant_id = $1 ${membership ? `AND ${membership}` : ''} GROUP BY transport`,
    values,
  );
  return {
    total: sum(rows, ({ total }) => total),
    connected: sum(rows, ({ connected }) => connected),
    transports: rows.map(({ name, isThere }) => ({ name, isThere })),
  };
}

/** Senders of all tenants by connection status, for the health report only: numbers, never rows. */
export async function countSendersByStatus(tx: Tx): Promise<Record<string, number>> {
  const rows: { status: string; count: string }[] = await tx.query(
    'SELECT status, count(*) AS count FROM senders GROUP BY status',
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, Number(count)]));
}

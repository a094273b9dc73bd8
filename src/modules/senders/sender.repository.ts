import { QueryFailedError } from 'typeorm';
import { readWidePage, type Tx } from '../../db/index.js';
import { idBehind, type Page, type PageRequest } from '../../lib/pages.js';
import type { TransportName } from '../../transports/transport.js';
import type { SenderPool } from './pool.js';
import { poolMembership } from './reservation.repository.js';
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

export function findSender(tx: Tx, tenantId: string, id: string): Promise<Sender | null> {
  return tx.findOneBy(Sender, { tenantId, id });
}

export function lockSender(tx: Tx, tenantId: string, id: string): Promise<Sender | null> {
  return tx.findOne(Sender, { where: { tenantId, id }, lock: { mode: 'pessimistic_write' } });
}

/** Inserts a new sender, or writes the changed columns of one that was locked before. */
export async function saveSender(tx: Tx, sender: Sender): Promise<void> {
  await tx.save(Sender, sender, { reload: false });
}

export async function deleteSender(tx: Tx, tenantId: string, id: string): Promise<boolean> {
  const { affected } = await tx.delete(Sender, { tenantId, id });
  return affected === 1;
}

/** The newest first. Ids are UUID v7, so their order is the order of creation. */
export async function listSenders(
  tx: Tx,
  tenantId: string,
  filter: SenderFilter,
  page: PageRequest,
): Promise<Page<Sender>> {
  const query = tx.createQueryBuilder(Sender, 'sender').where('sender.tenantId = :tenantId', { tenantId });
  if (filter.status === 'paused') {
    query.andWhere("sender.pausedAt IS NOT NULL AND sender.status NOT IN ('logged_out', 'banned')");
  } else if (filter.status) {
    query.andWhere('sender.status = :status', { status: filter.status });
    query.andWhere("(sender.pausedAt IS NULL OR sender.status IN ('logged_out', 'banned'))");
  }
  if (filter.transport) query.andWhere('sender.transport = :transport', { transport: filter.transport });
  if (filter.tag) query.andWhere('sender.tags @> ARRAY[:tag]::text[]', { tag: filter.tag });
  if (filter.name) {
    query.andWhere('position(lower(:name) in lower(sender.name)) > 0', { name: filter.name });
  }
  const total = await query.getCount();
  const after = idBehind(page.cursor);
  if (after !== undefined) query.andWhere('sender.id < :after', { after });
  const wide = ['transportConfig', 'tags'] as const;
  return { ...(await readWidePage(tx, query, { limit: page.limit, wide })), total };
}

/** How many senders a pool has, and how many of them are connected. */
export async function countPool(
  tx: Tx,
  tenantId: string,
  pool: SenderPool,
): Promise<{ total: number; connected: number }> {
  const values: unknown[] = [tenantId];
  const membership = poolMembership(pool, (value, type) => `$${values.push(value)}::${type}`);
  const [row]: { total: string; connected: string }[] = await tx.query(
    `SELECT count(*) AS total, count(*) FILTER (WHERE status = 'connected') AS connected
      FROM senders WHERE tenant_id = $1 ${membership ? `AND ${membership}` : ''}`,
    values,
  );
  return { total: Number(row?.total ?? 0), connected: Number(row?.connected ?? 0) };
}

/** Senders of all tenants by connection status, for the health report only: numbers, never rows. */
export async function countSendersByStatus(tx: Tx): Promise<Record<string, number>> {
  const rows: { status: string; count: string }[] = await tx.query(
    'SELECT status, count(*) AS count FROM senders GROUP BY status',
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, Number(count)]));
}

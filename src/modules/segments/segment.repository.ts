import { QueryFailedError } from 'typeorm';
import { readWidePage, type Tx } from '../../db/index.js';
import type { Page } from '../../lib/pages.js';
import { compileFilter } from './core/compile.js';
import type { Filter, Reference } from './core/filter.js';
import { tenantTimes } from '../tenants/index.js';
import { Segment } from './segment.entity.js';

/** False when the tenant has a segment of this name already. */
export async function insertSegment(tx: Tx, segment: Segment): Promise<boolean> {
  const rows = await tx.query<unknown[]>(
    `INSERT INTO segments (id, tenant_id, name, filter, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)
     ON CONFLICT (tenant_id, name) DO NOTHING RETURNING id`,
    [segment.id, segment.tenantId, segment.name, JSON.stringify(segment.filter), segment.createdAt],
  );
  return rows.length > 0;
}

export async function findSegments(tx: Tx, tenantId: string, ids: string[]): Promise<Segment[]> {
  return tx
    .getRepository(Segment)
    .createQueryBuilder('segment')
    .where('segment.tenantId = :tenantId AND segment.id = ANY(:ids)', { tenantId, ids })
    .getMany();
}

export async function findSegmentByName(tx: Tx, tenantId: string, name: string): Promise<Segment | null> {
  return tx.findOneBy(Segment, { tenantId, name });
}

/** A page of the segments older than `beforeId`, newest first; `too_large` before it is read. */
export async function listSegments(
  tx: Tx,
  tenantId: string,
  page: { limit: number; beforeId?: string },
): Promise<Page<Segment>> {
  const query = tx
    .getRepository(Segment)
    .createQueryBuilder('segment')
    .where('segment.tenantId = :tenantId', { tenantId });
  if (page.beforeId !== undefined) query.andWhere('segment.id < :beforeId', { beforeId: page.beforeId });
  return readWidePage(tx, query, { limit: page.limit, wide: ['filter'] });
}

const PG_UNIQUE_VIOLATION = '23505';

/** False when another segment of the tenant has the name. */
export async function updateSegment(
  tx: Tx,
  { tenantId, id, name, filter, updatedAt }: Omit<Segment, 'createdAt'>,
): Promise<boolean> {
  try {
    await tx.query(
      'UPDATE segments SET name = $3, filter = $4, updated_at = $5 WHERE tenant_id = $1 AND id = $2',
      [tenantId, id, name, JSON.stringify(filter), updatedAt],
    );
    return true;
  } catch (error) {
    if (isNameTaken(error)) return false;
    throw error;
  }
}

function isNameTaken(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const cause: { code?: string; constraint?: string } = error.driverError;
  return cause.code === PG_UNIQUE_VIOLATION && cause.constraint === 'segments_tenant_name';
}

export async function removeSegment(tx: Tx, tenantId: string, id: string): Promise<boolean> {
  const { affected } = await tx.getRepository(Segment).delete({ tenantId, id });
  return affected === 1;
}

/** A reference that leads nowhere. */
export interface BrokenReference extends Reference {
  /** Set for a campaign that is there, but not its recipients. */
  recipientsRemovedAt: Date | null;
}

/**
 * Those of the references that lead nowhere: what they name was deleted, or is another tenant's, or is a campaign whose
 * recipients were removed. The others stay until the transaction ends.
 */
export async function brokenReferences(
  tx: Tx,
  tenantId: string,
  references: Reference[],
): Promise<BrokenReference[]> {
  if (references.length === 0) return [];
  const idsOf = (kind: Reference['kind']) =>
    references.filter((reference) => reference.kind === kind).map(({ id }) => id);
  const lists = await tx.query<{ id: string }[]>(
    'SELECT id FROM contact_lists WHERE tenant_id = $1 AND id = ANY($2::uuid[]) FOR KEY SHARE',
    [tenantId, idsOf('list')],
  );
  const campaigns = await tx.query<{ id: string; removedAt: Date | null }[]>(
    `SELECT id, recipients_removed_at AS "removedAt" FROM campaigns WHERE tenant_id = $1 AND id = ANY($2::uuid[]) FOR KEY SHARE`,
    [tenantId, idsOf('campaign')],
  );
  const removed = new Map(campaigns.map(({ id, removedAt }) => [id, removedAt]));
  const known = new Set([...lists, ...campaigns].map(({ id }) => id));
  return references
    .map((reference) => ({ ...reference, recipientsRemovedAt: removed.get(reference.id) ?? null }))
    .filter(({ id, recipientsRemovedAt }) => !known.has(id) || recipientsRemovedAt !== null);
}

export async function countContacts(tx: Tx, tenantId: string, filter: Filter, now: Date): Promise<number> {
  const { timeZone } = await tenantTimes(tx, tenantId);
  const { sql, values } = compileFilter(filter, { firstParameter: 2, tenant: '$1', now, timeZone });
  const [row] = await tx.query<{ count: number }[]>(
    `SELECT count(*)::int AS count FROM contacts WHERE contacts.tenant_id = $1 AND ${sql}`,
    [tenantId, ...values],
  );
  return row?.count ?? 0;
}

/** The ids of those who belong, newest first. */
export async function contactIds(
  tx: Tx,
  tenantId: string,
  filter: Filter,
  page: { limit: number; beforeId: string | undefined; now: Date },
): Promise<string[]> {
  const { timeZone } = await tenantTimes(tx, tenantId);
  const asked = { firstParameter: 4, tenant: '$1', now: page.now, timeZone };
  const { sql, values } = compileFilter(filter, asked);
  const rows = await tx.query<{ id: string }[]>(
    `SELECT contacts.id FROM contacts
     WHERE contacts.tenant_id = $1 AND ($2::uuid IS NULL OR contacts.id < $2::uuid) AND ${sql}
     ORDER BY contacts.id DESC LIMIT $3`,
    [tenantId, page.beforeId ?? null, page.limit, ...values],
  );
  return rows.map(({ id }) => id);
}

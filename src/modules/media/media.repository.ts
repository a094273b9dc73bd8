import type { Tx } from '../../db/index.js';
import { Media } from './media.entity.js';

/**
 * Everybody who stores or deletes this content waits for the end of this transaction, so that no file is deleted
 * while somebody else is told that it is there.
 */
export async function lockContent(tx: Tx, tenantId: string, sha256: string): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`media ${tenantId} ${sha256}`]);
}

export async function insertMedia(tx: Tx, media: Media): Promise<void> {
  await tx.insert(Media, media);
}

export async function findMedia(tx: Tx, tenantId: string, id: string): Promise<Media | undefined> {
  return (await tx.findOneBy(Media, { tenantId, id })) ?? undefined;
}

export async function findContent(tx: Tx, tenantId: string, sha256: string): Promise<Media | undefined> {
  return (await tx.findOneBy(Media, { tenantId, sha256 })) ?? undefined;
}

/** Newest first: ids sort by creation time. */
export function listMedia(
  tx: Tx,
  tenantId: string,
  page: { limit: number; before: string | undefined },
): Promise<Media[]> {
  const query = tx.createQueryBuilder(Media, 'media').where('media.tenantId = :tenantId', { tenantId });
  if (page.before !== undefined) query.andWhere('media.id < :before', { before: page.before });
  return query.orderBy('media.id', 'DESC').limit(page.limit).getMany();
}

/** Locks the row against the deletion of the file until the transaction ends; answers those that are there. */
export async function holdMedia(tx: Tx, tenantId: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx.query<{ id: string }[]>(
    'SELECT id FROM media WHERE tenant_id = $1 AND id = ANY($2::uuid[]) ORDER BY id FOR KEY SHARE',
    [tenantId, ids],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Waits for campaigns that are just being made with this file. */
export async function lockMedia(tx: Tx, tenantId: string, id: string): Promise<Media | undefined> {
  return (
    (await tx.findOne(Media, { where: { tenantId, id }, lock: { mode: 'pessimistic_write' } })) ?? undefined
  );
}

export async function removeMedia(tx: Tx, tenantId: string, id: string): Promise<void> {
  await tx.delete(Media, { tenantId, id });
}

/** A campaign that has not ended and still sends this file. */
export async function findUse(tx: Tx, tenantId: string, id: string): Promise<{ name: string } | undefined> {
  const part = JSON.stringify([{ mediaId: id }]);
  const variant = JSON.stringify([{ parts: [{ mediaId: id }] }]);
  const [row] = await tx.query<{ name: string }[]>(
    `SELECT name FROM campaigns
     WHERE tenant_id = $1 AND status NOT IN ('completed', 'failed', 'stopped')
       AND (parts @> $2::jsonb OR variants @> $3::jsonb)
     LIMIT 1`,
    [tenantId, part, variant],
  );
  return row;
}

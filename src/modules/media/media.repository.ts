import type { Tx } from '../../db/index.js';
import { Media } from './media.entity.js';

/** Content under one of its names; `findOneBy` takes these fields as they are. */
export type NamedContent = Pick<Media, 'tenantId' | 'sha256' | 'fileName'>;

/**
 * Locks this content until the transaction ends: storing and deleting it wait for each other, so that no file is
 * deleted while another request is told that it is there.
 */
export async function lockContent(tx: Tx, tenantId: string, sha256: string): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`media ${tenantId} ${sha256}`]);
}

export async function insertMedia(tx: Tx, media: Media): Promise<void> {
  await tx.insert(Media, media);
}

export async function findMedia(tx: Tx, tenantId: string, id: string): Promise<Media | undefined> {
  return (await tx.findOneBy(Media, { tenantId, id, provisional: false })) ?? undefined;
}

/** Waits for a request that is just making a provisional one its own, and not for campaigns that merely hold it. */
export async function lockKnownFile(tx: Tx, file: NamedContent): Promise<Media | undefined> {
  const lock = { mode: 'for_no_key_update' } as const;
  return (await tx.findOne(Media, { where: file, lock })) ?? undefined;
}

export async function updateMedia(tx: Tx, id: string, change: Partial<Media>): Promise<void> {
  await tx.update(Media, { id }, change);
}

/** Also provisional ones. */
export async function findFile(tx: Tx, file: NamedContent): Promise<Media | undefined> {
  return (await tx.findOneBy(Media, file)) ?? undefined;
}

/** Whether some file, under whatever name, has this content. */
export function hasContent(tx: Tx, tenantId: string, sha256: string): Promise<boolean> {
  return tx.existsBy(Media, { tenantId, sha256 });
}

/** Newest first: ids sort by creation time. */
export function listMedia(
  tx: Tx,
  tenantId: string,
  page: { limit: number; before: string | undefined },
): Promise<Media[]> {
  const query = tx
    .createQueryBuilder(Media, 'media')
    .where('media.tenantId = :tenantId AND NOT media.provisional', { tenantId });
  if (page.before !== undefined) query.andWhere('media.id < :before', { before: page.before });
  return query.orderBy('media.id', 'DESC').limit(page.limit).getMany();
}

/**
 * Notes that files are used now, or until a later time. Once an hour is enough, so that many messages with one file do not
 * write its row; one that somebody else is just noting this of is left to them.
 */
async function touch(tx: Tx, which: string, values: unknown[], until?: Date): Promise<void> {
  const used = `greatest(now(), $${values.length + 1}::timestamptz)`;
  await tx.query(
    `UPDATE media SET used_at = ${used} FROM (
       SELECT id FROM media WHERE ${which} AND used_at < ${used} - interval '1 hour'
       ORDER BY id FOR NO KEY UPDATE SKIP LOCKED) noted
     WHERE media.id = noted.id`,
    [...values, until ?? null],
  );
}

/** For an upload that may be there already. */
export async function noteUpload(tx: Tx, file: NamedContent): Promise<void> {
  const { tenantId, sha256, fileName } = file;
  await touch(tx, 'tenant_id = $1 AND sha256 = $2 AND file_name = $3', [tenantId, sha256, fileName]);
}

/** Of one that was found in use: it is looked at again when it may be too old once more. */
export async function noteUse(tx: Tx, tenantId: string, id: string): Promise<void> {
  await tx.query('UPDATE media SET used_at = now() WHERE tenant_id = $1 AND id = $2', [tenantId, id]);
}

/** Files that nobody has uploaded or named since that time, the longest unused first. */
export async function listUnused(
  tx: Tx,
  tenantId: string,
  before: Date,
  limit: number,
): Promise<Pick<Media, 'id' | 'sha256'>[]> {
  return tx.query<Pick<Media, 'id' | 'sha256'>[]>(
    `SELECT id, sha256 FROM media WHERE tenant_id = $1 AND used_at < $2 AND NOT provisional
     ORDER BY used_at LIMIT $3`,
    [tenantId, before, limit],
  );
}

/**
 * Locks the rows against the deletion of their files until the transaction ends; returns those that are there. What was
 * fetched for this request belongs to the tenant from now on.
 */
export async function lockMediaInUse(
  tx: Tx,
  tenantId: string,
  ids: readonly string[],
  until?: Date,
): Promise<Set<string>> {
  await tx.query(
    `WITH fetched AS (
       SELECT id FROM media WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND provisional
       ORDER BY id FOR NO KEY UPDATE)
     UPDATE media SET provisional = false FROM fetched WHERE media.id = fetched.id`,
    [tenantId, ids],
  );
  await touch(tx, 'tenant_id = $1 AND id = ANY($2::uuid[])', [tenantId, ids], until);
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

/** Of all tenants: what was fetched before that time for a request that was not accepted. */
export async function listAbandoned(
  tx: Tx,
  before: Date,
  limit: number,
): Promise<Pick<Media, 'id' | 'tenantId' | 'sha256' | 'sizeBytes'>[]> {
  return tx.query<Pick<Media, 'id' | 'tenantId' | 'sha256' | 'sizeBytes'>[]>(
    `SELECT id, tenant_id AS "tenantId", sha256, size_bytes AS "sizeBytes" FROM media WHERE provisional AND created_at < $1
     ORDER BY created_at LIMIT $2`,
    [before, limit],
  );
}

/** False when a request has accepted it meanwhile. */
export async function removeAbandoned(tx: Tx, id: string, before: Date): Promise<boolean> {
  const rows = await tx.query<[unknown[], number]>(
    `DELETE FROM media WHERE id IN (
       SELECT id FROM media WHERE id = $1 AND provisional AND created_at < $2 FOR UPDATE SKIP LOCKED)
     RETURNING id`,
    [id, before],
  );
  return rows[1] > 0;
}

export async function removeMedia(tx: Tx, tenantId: string, id: string): Promise<void> {
  await tx.delete(Media, { tenantId, id });
}

/** What still sends a file: a campaign that has not ended, or a message that no campaign sends. */
export type MediaUse = { kind: 'campaign'; name: string } | { kind: 'message' };

/** With `endedSince`, campaigns that have ended since then count, too. */
export async function findUse(
  tx: Tx,
  tenantId: string,
  id: string,
  endedSince?: Date,
): Promise<MediaUse | undefined> {
  const part = JSON.stringify([{ mediaId: id }]);
  const variant = JSON.stringify([{ parts: [{ mediaId: id }] }]);
  const [campaign] = await tx.query<{ name: string }[]>(
    `SELECT name FROM campaigns
     WHERE tenant_id = $1
       AND (status NOT IN ('completed', 'failed', 'stopped') OR coalesce(completed_at, updated_at) >= $4::timestamptz)
       AND (parts @> $2::jsonb OR variants @> $3::jsonb)
     LIMIT 1`,
    [tenantId, part, variant, endedSince ?? null],
  );
  if (campaign) return { kind: 'campaign', name: campaign.name };
  const waiting = await tx.query<unknown[]>(
    `SELECT 1 FROM deliveries r
     JOIN messages m ON m.delivery_id = r.id AND m.direction = 'out' AND m.part >= r.next_part
     WHERE r.tenant_id = $1 AND r.campaign_id IS NULL AND r.stage IN (0, 1) AND m.content ->> 'mediaId' = $2 LIMIT 1`,
    [tenantId, id],
  );
  return waiting.length > 0 ? { kind: 'message' } : undefined;
}

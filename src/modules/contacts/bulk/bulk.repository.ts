import type { Tx } from '../../../db/index.js';
import { AttributeNames } from '../attribute-names.js';
import { invalid } from '../../../lib/errors.js';
import { beyondLimitSql, MAX_ATTRIBUTES_LENGTH, type Attributes } from '../core/attributes.js';
import type { ContactFilter } from '../core/filter.js';
import { ConsentRepository } from '../consent/consent.repository.js';
import { ContactBulkEdit } from './bulk-edit.entity.js';

/** Which contacts an edit is about, as its row remembers them. */
export type BulkTarget = { contactIds: string[] } | { filter: ContactFilter };

/** Cleaned and checked. */
export interface BulkChanges {
  addTags: string[];
  removeTags: string[];
  addToListIds: string[];
  removeFromListIds: string[];
  setAttributes: Attributes;
  removeAttributes: string[];
  optedOut?: boolean;
}

export function targetOf(edit: ContactBulkEdit): BulkTarget {
  return edit.target as unknown as BulkTarget;
}

export function changesOf(edit: ContactBulkEdit): BulkChanges {
  return edit.changes as unknown as BulkChanges;
}

export class BulkEditRepository {
  private readonly consents = new ConsentRepository();

  constructor(private readonly names = new AttributeNames()) {}

  /** Refuses an edit at once that would be refused at its first contact. */
  async noteNames(tx: Tx, tenantId: string, { setAttributes }: BulkChanges): Promise<void> {
    await this.names.note(tx, tenantId, Object.keys(setAttributes), 'changes.setAttributes');
  }

  async insert(
    tx: Tx,
    row: Pick<ContactBulkEdit, 'id' | 'tenantId' | 'matched' | 'createdAt'>,
    target: BulkTarget,
    changes: BulkChanges,
  ): Promise<void> {
    await tx
      .getRepository(ContactBulkEdit)
      .insert({ ...row, status: 'queued', target: { ...target }, changes: { ...changes } });
  }

  find(tx: Tx, tenantId: string, id: string): Promise<ContactBulkEdit | null> {
    return tx.getRepository(ContactBulkEdit).findOneBy({ tenantId, id });
  }

  /** The oldest edit of each tenant that has not ended, or of this tenant only. */
  next(tx: Tx, tenantId?: string): Promise<{ id: string; tenantId: string }[]> {
    return tx.query(
      `SELECT DISTINCT ON (tenant_id) id, tenant_id AS "tenantId" FROM contact_bulk_edits
       WHERE status IN ('queued', 'running') AND ($1::uuid IS NULL OR tenant_id = $1) ORDER BY tenant_id, id`,
      [tenantId ?? null],
    );
  }

  /** Locks the edit until the transaction ends; null when it has ended. */
  lockOpen(tx: Tx, tenantId: string, id: string): Promise<ContactBulkEdit | null> {
    return tx
      .getRepository(ContactBulkEdit)
      .createQueryBuilder('edit')
      .setLock('pessimistic_write')
      .where(`edit.tenantId = :tenantId AND edit.id = :id AND edit.status IN ('queued', 'running')`, {
        tenantId,
        id,
      })
      .getOne();
  }

  async advance(
    tx: Tx,
    edit: ContactBulkEdit,
    batch: { processed: number; changed: number; lastContactId: string },
  ): Promise<void> {
    await tx.query(
      `UPDATE contact_bulk_edits
       SET status = 'running', processed = processed + $3, changed = changed + $4, last_contact_id = $5
       WHERE tenant_id = $1 AND id = $2`,
      [edit.tenantId, edit.id, batch.processed, batch.changed, batch.lastContactId],
    );
  }

  /**
   * Empties the target and the changes of an ended edit: a filter or a value may hold personal data, which an erasure
   * would not find here.
   */
  async end(tx: Tx, tenantId: string, id: string, error: string | null, now: Date): Promise<void> {
    await tx.query(
      `UPDATE contact_bulk_edits
       SET status = $3, error = $4, completed_at = $5, target = '{"contactIds":[]}', changes = '{}'
       WHERE tenant_id = $1 AND id = $2 AND status IN ('queued', 'running')`,
      [tenantId, id, error === null ? 'completed' : 'failed', error, now],
    );
  }

  /** Of these ids, in their order, those that are contacts of the tenant. */
  async knownIds(tx: Tx, tenantId: string, ids: readonly string[]): Promise<string[]> {
    const rows: { id: string }[] = await tx.query(
      'SELECT id FROM contacts WHERE tenant_id = $1 AND id = ANY($2::uuid[]) ORDER BY id',
      [tenantId, ids],
    );
    return rows.map(({ id }) => id);
  }

  /**
   * Makes the changes to these contacts and returns how many of them are different now. Refuses (`invalid`,
   * `too_long_attributes`) when one of them would have too many attributes: the transaction must not be committed then.
   */
  async apply(
    tx: Tx,
    tenantId: string,
    ids: readonly string[],
    changes: BulkChanges,
    now: Date,
  ): Promise<number> {
    await this.noteNames(tx, tenantId, changes);
    // Locks in the order of lines, as every writer of several contacts does, so that two never deadlock. FOR NO
    // KEY UPDATE is enough: adding a contact to a list only takes a key share lock.
    await tx.query(
      'SELECT FROM contacts WHERE tenant_id = $1 AND id = ANY($2::uuid[]) ORDER BY line FOR NO KEY UPDATE',
      [tenantId, ids],
    );
    await this.refuseBeyondLimit(tx, tenantId, ids, changes);
    const changed = new Set([
      ...(await this.editRows(tx, tenantId, ids, changes, now)),
      ...(await this.optOut(tx, tenantId, ids, changes.optedOut, now)),
      ...(await this.join(tx, tenantId, ids, changes.addToListIds, now)),
      ...(await this.leave(tx, tenantId, ids, changes.removeFromListIds)),
    ]);
    return changed.size;
  }

  private async refuseBeyondLimit(
    tx: Tx,
    tenantId: string,
    ids: readonly string[],
    { setAttributes, removeAttributes }: BulkChanges,
  ): Promise<void> {
    if (Object.keys(setAttributes).length === 0) return;
    const [full]: { id: string }[] = await tx.query(
      `SELECT id FROM contacts
       WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND NOT attributes @> $3::jsonb
         AND ${beyondLimitSql('(attributes || $3::jsonb) - $4::text[]', 'attributes')}
       ORDER BY id LIMIT 1`,
      [tenantId, ids, JSON.stringify(setAttributes), removeAttributes],
    );
    if (!full) return;
    const message =
      `The contact ${full.id} would have more than ${MAX_ATTRIBUTES_LENGTH} characters of attributes together. The ` +
      'contacts that are counted as processed are changed, this one and all others are not. Shorten or remove ' +
      'attributes of it, and make the edit again.';
    throw invalid([{ path: 'changes.attributes', message }], 'too_long_attributes');
  }

  private async editRows(
    tx: Tx,
    tenantId: string,
    ids: readonly string[],
    { addTags, removeTags, setAttributes, removeAttributes }: BulkChanges,
    now: Date,
  ): Promise<string[]> {
    const [rows]: [{ id: string }[], number] = await tx.query(
      `UPDATE contacts c SET tags = next.tags, attributes = next.attributes, updated_at = $7
       FROM (
         SELECT id,
           ARRAY(SELECT DISTINCT tag FROM unnest(tags || $3::text[]) AS tag
                 WHERE tag <> ALL($4::text[]) ORDER BY tag) AS tags,
           (attributes || $5::jsonb) - $6::text[] AS attributes
         FROM contacts WHERE tenant_id = $1 AND id = ANY($2::uuid[])
       ) next
       WHERE c.id = next.id AND (c.tags, c.attributes) IS DISTINCT FROM (next.tags, next.attributes)
       RETURNING c.id`,
      [tenantId, ids, addTags, removeTags, JSON.stringify(setAttributes), removeAttributes, now],
    );
    return rows.map(({ id }) => id);
  }

  private async optOut(
    tx: Tx,
    tenantId: string,
    ids: readonly string[],
    optedOut: boolean | undefined,
    now: Date,
  ): Promise<string[]> {
    if (optedOut === undefined) return [];
    const [rows]: [{ id: string }[], number] = await tx.query(
      `UPDATE contacts
       SET opted_out_at = CASE WHEN $3::boolean THEN $4::timestamptz END,
           opt_out_source = CASE WHEN $3 THEN 'api' END, updated_at = $4
       WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND (opted_out_at IS NOT NULL) <> $3
       RETURNING id`,
      [tenantId, ids, optedOut, now],
    );
    const kind = optedOut ? ('withdrawn' as const) : ('granted' as const);
    const lines = rows.map(({ id }) => ({ contactId: id, kind, source: 'api', at: now }));
    await this.consents.add(tx, tenantId, lines, now);
    return rows.map(({ id }) => id);
  }

  private async join(
    tx: Tx,
    tenantId: string,
    ids: readonly string[],
    listIds: readonly string[],
    now: Date,
  ): Promise<string[]> {
    if (listIds.length === 0) return [];
    const rows: { id: string }[] = await tx.query(
      `INSERT INTO contact_list_members (list_id, contact_id, tenant_id, added_at)
       SELECT list.id, contact.id, list.tenant_id, $4
       FROM contact_lists list JOIN contacts contact ON contact.tenant_id = list.tenant_id
       WHERE list.tenant_id = $1 AND contact.id = ANY($2::uuid[]) AND list.id = ANY($3::uuid[])
       ORDER BY list.id, contact.id
       ON CONFLICT DO NOTHING RETURNING contact_id AS id`,
      [tenantId, ids, listIds, now],
    );
    return rows.map(({ id }) => id);
  }

  private async leave(
    tx: Tx,
    tenantId: string,
    ids: readonly string[],
    listIds: readonly string[],
  ): Promise<string[]> {
    if (listIds.length === 0) return [];
    const [rows]: [{ id: string }[], number] = await tx.query(
      `DELETE FROM contact_list_members
       WHERE tenant_id = $1 AND contact_id = ANY($2::uuid[]) AND list_id = ANY($3::uuid[])
       RETURNING contact_id AS id`,
      [tenantId, ids, listIds],
    );
    return rows.map(({ id }) => id);
  }
}

/** The last contact of the last committed batch of an edit that has not ended. */
export async function bulkEditProgress(tx: Tx, tenantId: string, id: string): Promise<string | undefined> {
  const [row]: { progress: string }[] = await tx.query(
    `SELECT coalesce(last_contact_id::text, '') AS progress FROM contact_bulk_edits
     WHERE tenant_id = $1 AND id = $2 AND status IN ('queued', 'running')`,
    [tenantId, id],
  );
  return row?.progress;
}

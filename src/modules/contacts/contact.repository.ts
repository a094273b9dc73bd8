import type { Tx } from '../../db/index.js';
import type { Attributes } from './core/attributes.js';
import { Contact } from './contact.entity.js';

export interface ContactRow {
  id: string;
  /** E.164. */
  phone: string;
  name: string | null;
  attributes: Attributes;
}

export interface ContactFilter {
  /** The start of the number, or of any word of the name. */
  q?: string;
  /** E.164. */
  phone?: string;
  listId?: string;
  optedOut?: boolean;
}

const UPSERT_ROWS = 1_000;

export class ContactRepository {
  find(tx: Tx, tenantId: string, id: string): Promise<Contact | null> {
    return tx.getRepository(Contact).findOneBy({ tenantId, id });
  }

  findByPhone(tx: Tx, tenantId: string, phone: string): Promise<Contact | null> {
    return tx.getRepository(Contact).findOneBy({ tenantId, phone });
  }

  /** For a change that depends on what is there: nobody else changes the contact until the transaction ends. */
  lock(tx: Tx, tenantId: string, id: string): Promise<Contact | null> {
    return tx
      .getRepository(Contact)
      .createQueryBuilder('contact')
      .setLock('pessimistic_write')
      .where('contact.tenantId = :tenantId AND contact.id = :id', { tenantId, id })
      .getOne();
  }

  async save(tx: Tx, contact: Contact): Promise<void> {
    await tx.getRepository(Contact).save(contact);
  }

  /** False when the number belongs to a contact of the tenant already. */
  async insert(tx: Tx, contact: Omit<Contact, 'lastSenderId'>): Promise<boolean> {
    const inserted: unknown[] = await tx.query(
      `INSERT INTO contacts (id, tenant_id, phone, name, attributes, opted_out_at, opt_out_source, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
       ON CONFLICT (tenant_id, phone) DO NOTHING
       RETURNING id`,
      [
        contact.id,
        contact.tenantId,
        contact.phone,
        contact.name,
        contact.attributes,
        contact.optedOutAt,
        contact.optOutSource,
        contact.createdAt,
      ],
    );
    return inserted.length === 1;
  }

  async remove(tx: Tx, tenantId: string, id: string): Promise<boolean> {
    const { affected } = await tx.getRepository(Contact).delete({ tenantId, id });
    return affected === 1;
  }

  /** Newest first; at most `limit` contacts older than `beforeId`. */
  list(
    tx: Tx,
    tenantId: string,
    filter: ContactFilter,
    page: { limit: number; beforeId?: string },
  ): Promise<Contact[]> {
    const query = tx
      .getRepository(Contact)
      .createQueryBuilder('contact')
      .where('contact.tenantId = :tenantId', { tenantId });
    if (filter.phone !== undefined) query.andWhere('contact.phone = :phone', { phone: filter.phone });
    if (filter.optedOut !== undefined) {
      query.andWhere(`contact.optedOutAt IS ${filter.optedOut ? 'NOT NULL' : 'NULL'}`);
    }
    if (filter.listId !== undefined) {
      query.andWhere(
        'contact.id IN (SELECT contact_id FROM contact_list_members WHERE list_id = :listId AND tenant_id = :tenantId)',
        { listId: filter.listId },
      );
    }
    if (filter.q !== undefined) addSearch(query, filter.q);
    if (page.beforeId !== undefined) query.andWhere('contact.id < :beforeId', { beforeId: page.beforeId });
    return query.orderBy('contact.id', 'DESC').take(page.limit).getMany();
  }

  /**
   * Writes contacts with distinct numbers, in one order for everybody so that two writers cannot block each other.
   * `update` merges names and attributes into contacts that exist, `skip` leaves those alone. Opt-outs are never
   * touched. Answers the rows it wrote: a created one carries its new id; rows that changed nothing are left out.
   */
  async upsert(
    tx: Tx,
    tenantId: string,
    rows: readonly ContactRow[],
    onDuplicate: 'update' | 'skip',
    now: Date,
  ): Promise<{ id: string; phone: string }[]> {
    const written: { id: string; phone: string }[] = [];
    const sorted = rows.toSorted((a, b) => (a.phone < b.phone ? -1 : 1));
    for (let start = 0; start < sorted.length; start += UPSERT_ROWS) {
      const part = sorted.slice(start, start + UPSERT_ROWS);
      const answer: { id: string; phone: string }[] = await tx.query(upsertSql(onDuplicate), [
        tenantId,
        now,
        part.map(({ id }) => id),
        part.map(({ phone }) => phone),
        part.map(({ name }) => name),
        part.map(({ attributes }) => JSON.stringify(attributes)),
      ]);
      for (const row of answer) written.push(row);
    }
    return written;
  }

  idsByPhone(tx: Tx, tenantId: string, phones: readonly string[]): Promise<{ id: string; phone: string }[]> {
    return tx.query('SELECT id, phone FROM contacts WHERE tenant_id = $1 AND phone = ANY($2)', [
      tenantId,
      phones,
    ]);
  }

  /** Keeps the time and source of an earlier opt-out. A stranger who asks to be left alone becomes a contact. */
  async optOut(tx: Tx, row: ContactRow, tenantId: string, source: string, now: Date): Promise<void> {
    await tx.query(
      `INSERT INTO contacts AS contact (id, tenant_id, phone, opted_out_at, opt_out_source, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $4, $4)
       ON CONFLICT (tenant_id, phone) DO UPDATE
       SET opted_out_at = excluded.opted_out_at, opt_out_source = excluded.opt_out_source,
           updated_at = excluded.updated_at
       WHERE contact.opted_out_at IS NULL`,
      [row.id, tenantId, row.phone, now, source],
    );
  }

  async optIn(tx: Tx, tenantId: string, phone: string, now: Date): Promise<void> {
    await tx.query(
      `UPDATE contacts SET opted_out_at = NULL, opt_out_source = NULL, updated_at = $3
       WHERE tenant_id = $1 AND phone = $2 AND opted_out_at IS NOT NULL`,
      [tenantId, phone, now],
    );
  }
}

function addSearch(
  query: { andWhere(sql: string, parameters: Record<string, string>): unknown },
  q: string,
): void {
  const text = escapeLike(q.trim());
  const digits = q.replace(/[\s().\-+]/g, '');
  const conditions = ['contact.name ILIKE :nameStart', 'contact.name ILIKE :wordStart'];
  if (/^\d+$/.test(digits)) conditions.push('contact.phone LIKE :phoneStart');
  query.andWhere(`(${conditions.join(' OR ')})`, {
    nameStart: `${text}%`,
    wordStart: `% ${text}%`,
    phoneStart: `+${digits}%`,
  });
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

function upsertSql(onDuplicate: 'update' | 'skip'): string {
  const conflict =
    onDuplicate === 'skip'
      ? 'DO NOTHING'
      : `DO UPDATE SET
           name = coalesce(excluded.name, contact.name),
           attributes = contact.attributes || excluded.attributes,
           updated_at = excluded.updated_at
         WHERE coalesce(excluded.name, contact.name) IS DISTINCT FROM contact.name
            OR contact.attributes || excluded.attributes IS DISTINCT FROM contact.attributes`;
  return `
    INSERT INTO contacts AS contact (id, tenant_id, phone, name, attributes, created_at, updated_at)
    SELECT input.id, $1, input.phone, input.name, input.attributes, $2, $2
    FROM unnest($3::uuid[], $4::text[], $5::text[], $6::jsonb[]) AS input (id, phone, name, attributes)
    ORDER BY input.phone
    ON CONFLICT (tenant_id, phone) ${conflict}
    RETURNING contact.id, contact.phone`;
}

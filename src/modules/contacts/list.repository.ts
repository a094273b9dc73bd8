import type { Tx } from '../../db/index.js';
import { ownerOf } from './identities/identity.repository.js';
import { ContactList } from './contact-list.entity.js';

export interface CountedList {
  id: string;
  name: string;
  createdAt: Date;
  memberCount: number;
}

const COUNTED = `
  SELECT list.id, list.name, list.created_at AS "createdAt",
         (SELECT count(*)::int FROM contact_list_members member WHERE member.list_id = list.id) AS "memberCount"
  FROM contact_lists list
  WHERE list.tenant_id = $1`;

export class ListRepository {
  find(tx: Tx, tenantId: string, id: string): Promise<ContactList | null> {
    return tx.getRepository(ContactList).findOneBy({ tenantId, id });
  }

  findByName(tx: Tx, tenantId: string, name: string): Promise<ContactList | null> {
    return tx.getRepository(ContactList).findOneBy({ tenantId, name });
  }

  async findCounted(tx: Tx, tenantId: string, id: string): Promise<CountedList | undefined> {
    const [list]: CountedList[] = await tx.query(`${COUNTED} AND list.id = $2`, [tenantId, id]);
    return list;
  }

  /** Newest first. */
  listCounted(tx: Tx, tenantId: string, page: { limit: number; beforeId?: string }): Promise<CountedList[]> {
    return tx.query(`${COUNTED} AND ($2::uuid IS NULL OR list.id < $2) ORDER BY list.id DESC LIMIT $3`, [
      tenantId,
      page.beforeId ?? null,
      page.limit,
    ]);
  }

  /** False when the tenant has a list of that name already. */
  async insert(tx: Tx, list: { id: string; tenantId: string; name: string; now: Date }): Promise<boolean> {
    const inserted: unknown[] = await tx.query(
      `INSERT INTO contact_lists (id, tenant_id, name, created_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (tenant_id, name) DO NOTHING RETURNING id`,
      [list.id, list.tenantId, list.name, list.now],
    );
    return inserted.length === 1;
  }

  async rename(tx: Tx, tenantId: string, id: string, name: string): Promise<boolean> {
    const { affected } = await tx.getRepository(ContactList).update({ tenantId, id }, { name });
    return affected === 1;
  }

  async remove(tx: Tx, tenantId: string, id: string): Promise<boolean> {
    const { affected } = await tx.getRepository(ContactList).delete({ tenantId, id });
    return affected === 1;
  }

  /** Adds those of the contacts that are the tenant's; returns how many were not members before. */
  async addContacts(
    tx: Tx,
    tenantId: string,
    listId: string,
    contactIds: readonly string[],
    now: Date,
  ): Promise<number> {
    const added: unknown[] = await tx.query(
      `INSERT INTO contact_list_members (list_id, contact_id, tenant_id, added_at)
       SELECT list.id, contact.id, list.tenant_id, $4
       FROM contact_lists list JOIN contacts contact ON contact.tenant_id = list.tenant_id
       WHERE list.tenant_id = $1 AND list.id = $2 AND contact.id = ANY($3::uuid[])
       ORDER BY contact.id
       ON CONFLICT DO NOTHING RETURNING contact_id`,
      [tenantId, listId, contactIds, now],
    );
    return added.length;
  }

  /** Contacts that this transaction has written, so that they are the tenant's and need no look. */
  async addWritten(
    tx: Tx,
    tenantId: string,
    listId: string,
    contactIds: readonly string[],
    now: Date,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO contact_list_members (list_id, contact_id, tenant_id, added_at)
       SELECT list.id, contact_id, list.tenant_id, $4
       FROM contact_lists list CROSS JOIN unnest($3::uuid[]) AS contact_id
       WHERE list.tenant_id = $1 AND list.id = $2
       ORDER BY contact_id
       ON CONFLICT DO NOTHING`,
      [tenantId, listId, contactIds, now],
    );
  }

  /** By line. A list that was removed meanwhile gets no members. */
  async addLines(
    tx: Tx,
    tenantId: string,
    listId: string,
    lines: readonly string[],
    now: Date,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO contact_list_members (list_id, contact_id, tenant_id, added_at)
       SELECT list.id, contact.id, list.tenant_id, $4
       FROM contact_lists list JOIN contacts contact ON contact.tenant_id = list.tenant_id
       WHERE list.tenant_id = $1 AND list.id = $2 AND contact.id = ANY(
         SELECT ${ownerOf('given.line')} FROM unnest($3::text[]) AS given (line))
       ORDER BY contact.id
       ON CONFLICT DO NOTHING`,
      [tenantId, listId, lines, now],
    );
  }

  /** Those of the ids that are not the tenant's contacts. */
  async unknownContacts(tx: Tx, tenantId: string, contactIds: readonly string[]): Promise<string[]> {
    const rows: { id: string }[] = await tx.query(
      `SELECT wanted.id FROM unnest($2::uuid[]) AS wanted (id)
       WHERE NOT EXISTS (SELECT FROM contacts WHERE contacts.id = wanted.id AND contacts.tenant_id = $1)`,
      [tenantId, contactIds],
    );
    return rows.map(({ id }) => id);
  }

  async removeContact(tx: Tx, tenantId: string, listId: string, contactId: string): Promise<boolean> {
    const [, removed]: [unknown, number] = await tx.query(
      'DELETE FROM contact_list_members WHERE tenant_id = $1 AND list_id = $2 AND contact_id = $3',
      [tenantId, listId, contactId],
    );
    return removed === 1;
  }
}

import type { Tx } from '../../../db/index.js';
import type { DuplicateCandidate } from '../core/duplicates.js';

/** Contacts whose numbers have the same last eight digits. */
export interface SameEnding {
  ending: string;
  contacts: DuplicateCandidate[];
}

export class MergeRepository {
  /** In the order of the endings; those of one number only are left out. Walks an index, and ends when it has enough. */
  async sameEndings(
    tx: Tx,
    tenantId: string,
    page: { limit: number; behind: string },
  ): Promise<SameEnding[]> {
    return tx.query(
      `SELECT ending, contacts FROM (
         SELECT right(phone, 8) AS ending FROM contacts
         WHERE tenant_id = $1 AND right(phone, 8) > $2
         GROUP BY right(phone, 8) HAVING count(*) > 1
         ORDER BY right(phone, 8) LIMIT $3
       ) found
       CROSS JOIN LATERAL (
         SELECT json_agg(json_build_object('id', c.id, 'name', c.name) ORDER BY c.id) AS contacts
         FROM contacts c WHERE c.tenant_id = $1 AND right(c.phone, 8) = found.ending
       ) members
       ORDER BY ending`,
      [tenantId, page.behind, page.limit],
    );
  }

  /** Takes over the last sender of the other contact, unless this one has its own. */
  async keepSender(tx: Tx, tenantId: string, fromContactId: string, toContactId: string): Promise<void> {
    await tx.query(
      `INSERT INTO contact_senders (contact_id, tenant_id, sender_id)
       SELECT $3, tenant_id, sender_id FROM contact_senders WHERE tenant_id = $1 AND contact_id = $2
       ON CONFLICT DO NOTHING`,
      [tenantId, fromContactId, toContactId],
    );
  }

  /** What made the other contact what it was is part of this one's history. */
  async moveChanges(tx: Tx, tenantId: string, fromContactId: string, toContactId: string): Promise<void> {
    await tx.query('UPDATE contact_changes SET contact_id = $3 WHERE tenant_id = $1 AND contact_id = $2', [
      tenantId,
      fromContactId,
      toContactId,
    ]);
  }

  /** Puts a contact on all lists of another. */
  async joinLists(tx: Tx, tenantId: string, fromContactId: string, toContactId: string): Promise<void> {
    await tx.query(
      `INSERT INTO contact_list_members (list_id, contact_id, tenant_id, added_at)
       SELECT list_id, $3, tenant_id, added_at FROM contact_list_members
       WHERE tenant_id = $1 AND contact_id = $2 ORDER BY list_id
       ON CONFLICT DO NOTHING`,
      [tenantId, fromContactId, toContactId],
    );
  }
}

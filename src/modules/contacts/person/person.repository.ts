import type { Tx } from '../../../db/index.js';
import type { Contact } from '../contact.entity.js';

/** What the contacts module itself keeps of a person, beside the contact and its consents. */
export class PersonRepository {
  lists(tx: Tx, contact: Contact): Promise<{ id: string; name: string; addedAt: Date }[]> {
    return tx.query(
      `SELECT list.id, list.name, m.added_at AS "addedAt"
       FROM contact_list_members m JOIN contact_lists list ON list.id = m.list_id
       WHERE m.tenant_id = $1 AND m.contact_id = $2 ORDER BY m.added_at`,
      [contact.tenantId, contact.id],
    );
  }

  suppressions(
    tx: Tx,
    tenantId: string,
    lines: readonly string[],
  ): Promise<
    {
      phoneNumber: string | null;
      address: string;
      scope: string;
      reason: string | null;
      createdAt: Date;
    }[]
  > {
    return tx.query(
      `SELECT CASE WHEN starts_with(address, '+') THEN address END AS "phoneNumber", address, scope, reason,
              created_at AS "createdAt"
       FROM suppressions WHERE tenant_id = $1 AND line = ANY($2::text[]) ORDER BY line, scope, origin`,
      [tenantId, lines],
    );
  }

  /** What made the contact what it is: merges, and changes of what the person is known by. */
  changes(tx: Tx, contact: Contact): Promise<Record<string, unknown>[]> {
    return tx.query(
      `SELECT kind, source, detail, at FROM contact_changes
       WHERE tenant_id = $1 AND contact_id = $2 ORDER BY id`,
      [contact.tenantId, contact.id],
    );
  }

  checks(
    tx: Tx,
    tenantId: string,
    lines: readonly string[],
  ): Promise<{ onWhatsApp: boolean; checkedAt: Date }[]> {
    return tx.query(
      `SELECT on_whatsapp AS "onWhatsApp", checked_at AS "checkedAt" FROM number_checks
       WHERE tenant_id = $1 AND line = ANY($2::text[]) ORDER BY line`,
      [tenantId, lines],
    );
  }

  /** Number checks, and rows of files that were not imported and show the number or the name. */
  async eraseTraces(
    tx: Tx,
    contact: Contact,
    numbers: readonly { address: string; line: string }[],
  ): Promise<void> {
    const line = [contact.tenantId, numbers.map((number) => number.line)];
    await tx.query('DELETE FROM number_checks WHERE tenant_id = $1 AND line = ANY($2::text[])', line);
    await tx.query('DELETE FROM number_check_items WHERE tenant_id = $1 AND line = ANY($2::text[])', line);
    // By the key, import by import: the numbers of all imports are many.
    await tx.query(
      `DELETE FROM import_phones WHERE line = ANY($2::text[]) AND import_id IN (SELECT id FROM imports WHERE tenant_id = $1)`,
      line,
    );
    await tx.query(
      `DELETE FROM import_rejections WHERE tenant_id = $1 AND EXISTS (
         SELECT FROM jsonb_array_elements_text(cells) AS cell
         WHERE trim(cell) = $2 OR right(regexp_replace(cell, '\\D', '', 'g'), 8) = ANY($3))`,
      [
        contact.tenantId,
        contact.name,
        numbers.flatMap(({ address, line: one }) => [address.slice(-8), one.slice(-8)]),
      ],
    );
  }
}

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

  suppressions(tx: Tx, contact: Contact): Promise<{ reason: string | null; createdAt: Date }[]> {
    return tx.query(
      `SELECT reason, created_at AS "createdAt" FROM suppressions WHERE tenant_id = $1 AND line = $2`,
      [contact.tenantId, contact.line],
    );
  }

  /** Of contacts that were merged into this one. */
  mergedNumbers(tx: Tx, contact: Contact): Promise<{ phoneNumber: string; mergedAt: Date }[]> {
    return tx.query(
      `SELECT phone AS "phoneNumber", merged_at AS "mergedAt" FROM contact_merged_numbers
       WHERE tenant_id = $1 AND contact_id = $2 ORDER BY merged_at, line`,
      [contact.tenantId, contact.id],
    );
  }

  checks(tx: Tx, contact: Contact): Promise<{ onWhatsApp: boolean; checkedAt: Date }[]> {
    return tx.query(
      `SELECT on_whatsapp AS "onWhatsApp", checked_at AS "checkedAt" FROM number_checks
       WHERE tenant_id = $1 AND line = $2`,
      [contact.tenantId, contact.line],
    );
  }

  /** Number checks, and rows of files that were not imported and show the number or the name. */
  async eraseTraces(tx: Tx, contact: Contact): Promise<void> {
    const line = [contact.tenantId, contact.line];
    await tx.query('DELETE FROM number_checks WHERE tenant_id = $1 AND line = $2', line);
    await tx.query('DELETE FROM number_check_items WHERE tenant_id = $1 AND line = $2', line);
    // By the key, import by import: the numbers of all imports are many.
    await tx.query(
      `DELETE FROM import_phones WHERE line = $2 AND import_id IN (SELECT id FROM imports WHERE tenant_id = $1)`,
      line,
    );
    await tx.query(
      `DELETE FROM import_rejections WHERE tenant_id = $1 AND EXISTS (
         SELECT FROM jsonb_array_elements_text(cells) AS cell
         WHERE trim(cell) = $2 OR right(regexp_replace(cell, '\\D', '', 'g'), 8) = ANY($3))`,
      [contact.tenantId, contact.name, [contact.phone.slice(-8), contact.line.slice(-8)]],
    );
  }

  async removeSuppression(tx: Tx, contact: Contact): Promise<void> {
    await tx.query('DELETE FROM suppressions WHERE tenant_id = $1 AND line = $2', [
      contact.tenantId,
      contact.line,
    ]);
  }
}

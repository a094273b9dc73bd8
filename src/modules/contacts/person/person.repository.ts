import type { Tx } from '../../../db/index.js';
import type { Contact } from '../contact.entity.js';
import { scopedIdCell, shownIdentity } from '../core/person-input.js';
import type { KnownIdentity } from '../identities/identity.repository.js';
import type { ContactChange } from '../identities/contact-change.entity.js';

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
      address: string;
      scope: string;
      reason: string | null;
      createdAt: Date;
    }[]
  > {
    return tx.query(
      `SELECT address, scope, reason, created_at AS "createdAt"
       FROM suppressions WHERE tenant_id = $1 AND line = ANY($2::text[]) ORDER BY line, scope, origin`,
      [tenantId, lines],
    );
  }

  /** What made the contact what it is: merges, and changes of what the person is known by. */
  changes(tx: Tx, contact: Contact): Promise<Pick<ContactChange, 'kind' | 'source' | 'detail' | 'at'>[]> {
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
  async eraseTraces(tx: Tx, contact: Contact, identities: readonly KnownIdentity[]): Promise<void> {
    const line = [contact.tenantId, identities.map((identity) => identity.line)];
    const numbers = identities.filter(({ kind }) => kind === 'phone');
    const others = identities
      .filter(({ kind }) => kind !== 'phone')
      .map(({ address }) => shownIdentity(address));
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
         WHERE trim(cell) = ANY($2) OR right(regexp_replace(cell, '\\D', '', 'g'), 8) = ANY($3))`,
      [
        contact.tenantId,
        [
          contact.name,
          ...others.flatMap((shown) => [shown.lid, shown.businessScopedId?.id, scopedIdCell(shown)]),
        ],
        numbers.flatMap(({ address, line: one }) => [address.slice(-8), one.slice(-8)]),
      ],
    );
  }
}

import type { Tx } from '../../../db/index.js';

/** One of the numbers of a person. */
export interface PersonNumber {
  line: string;
  /** E.164, in the form it was given. */
  phone: string;
  /** Absent when no contact has the number now. */
  contactId: string | null;
}

/** Numbers whose contacts were merged into others. */
export class MergedNumberRepository {
  /** The number of the other contact, and those merged into it before, belong to this one. */
  async take(
    tx: Tx,
    tenantId: string,
    from: { id: string; phone: string },
    toContactId: string,
    now: Date,
  ): Promise<void> {
    await tx.query(
      'UPDATE contact_merged_numbers SET contact_id = $3 WHERE tenant_id = $1 AND contact_id = $2',
      [tenantId, from.id, toContactId],
    );
    await tx.query(
      `INSERT INTO contact_merged_numbers (tenant_id, phone, contact_id, merged_at)
       VALUES ($1, $2, $3, $4)
       ON CONFLICT (tenant_id, line) DO UPDATE
       SET phone = excluded.phone, contact_id = excluded.contact_id, merged_at = excluded.merged_at`,
      [tenantId, from.phone, toContactId, now],
    );
  }

  /** The number of a contact, and those merged into it that no other contact has now. */
  async ownNumbers(
    tx: Tx,
    contact: { id: string; tenantId: string; phone: string; line: string },
  ): Promise<{ phone: string; line: string }[]> {
    const merged: { phone: string; line: string }[] = await tx.query(
      `SELECT phone, line FROM contact_merged_numbers merged
       WHERE merged.tenant_id = $1 AND merged.contact_id = $2 AND NOT EXISTS (
         SELECT FROM contacts other WHERE other.tenant_id = $1 AND other.line = merged.line)
       ORDER BY line`,
      [contact.tenantId, contact.id],
    );
    return [{ phone: contact.phone, line: contact.line }, ...merged];
  }

  /**
   * Every number of the people who have these lines: that of the contact each was merged into, the others merged into it,
   * and so on. `asked` is the line by which a number was found; people who were asked for twice come twice.
   */
  async numbersOf(
    tx: Tx,
    tenantId: string,
    lines: readonly string[],
  ): Promise<(PersonNumber & { asked: string })[]> {
    return tx.query(NUMBERS, [tenantId, lines]);
  }
}

/** A step from a number goes through one index or the other: most numbers have neither step. */
export const NUMBERS = `
  WITH RECURSIVE person (asked, line) AS (
    SELECT line, line FROM unnest($2::text[]) AS line
    UNION
    SELECT person.asked, next.line
    FROM person CROSS JOIN LATERAL (
      SELECT owner.line FROM contact_merged_numbers merged JOIN contacts owner ON owner.id = merged.contact_id
      WHERE merged.tenant_id = $1 AND merged.line = person.line
      UNION ALL
      SELECT merged.line FROM contacts owner JOIN contact_merged_numbers merged ON merged.contact_id = owner.id
      WHERE owner.tenant_id = $1 AND owner.line = person.line
    ) next
  )
  SELECT person.asked, person.line, coalesce(contact.phone, merged.phone, person.line) AS phone,
         contact.id AS "contactId"
  FROM person
  LEFT JOIN contacts contact ON contact.tenant_id = $1 AND contact.line = person.line
  LEFT JOIN contact_merged_numbers merged ON merged.tenant_id = $1 AND merged.line = person.line`;

import type { Tx } from '../../../db/index.js';

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

  /** The line of the contact that this line was merged into, if it was. */
  async ownerLine(tx: Tx, tenantId: string, line: string): Promise<string | undefined> {
    const rows: { line: string }[] = await tx.query(
      `SELECT contact.line FROM contact_merged_numbers merged JOIN contacts contact ON contact.id = merged.contact_id
       WHERE merged.tenant_id = $1 AND merged.line = $2`,
      [tenantId, line],
    );
    return rows[0]?.line;
  }
}

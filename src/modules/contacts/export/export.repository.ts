import type { Tx } from '../../../db/index.js';

export class ContactExportRepository {
  /** The keys of all attributes the tenant uses, in the order of the alphabet. */
  async attributeKeys(tx: Tx, tenantId: string): Promise<string[]> {
    const rows: { key: string }[] = await tx.query(
      `SELECT DISTINCT key FROM contacts, LATERAL jsonb_object_keys(attributes) AS key
       WHERE tenant_id = $1 ORDER BY key`,
      [tenantId],
    );
    return rows.map(({ key }) => key);
  }
}

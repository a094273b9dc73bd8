import type { Tx } from '../../db/index.js';

/** What is known of a number that a request wants to write to. */
export interface KnownNumber {
  phone: string;
  contactId: string | null;
  name: string | null;
  attributes: Record<string, unknown>;
  optedOutAt: Date | null;
  optOutSource: string | null;
  suppressed: boolean;
}

/** Every number, in the order given, with its contact where it has one. */
export async function knownNumbers(tx: Tx, tenantId: string, phones: string[]): Promise<KnownNumber[]> {
  return tx.query<KnownNumber[]>(
    `SELECT given.phone, c.id AS "contactId", c.name, coalesce(c.attributes, '{}') AS attributes,
            c.opted_out_at AS "optedOutAt", c.opt_out_source AS "optOutSource", x.id IS NOT NULL AS suppressed
     FROM unnest($2::text[]) WITH ORDINALITY AS given (phone, position)
     LEFT JOIN contacts c ON c.tenant_id = $1 AND c.phone = given.phone
     LEFT JOIN suppressions x ON x.tenant_id = $1 AND x.phone = given.phone
     ORDER BY given.position`,
    [tenantId, phones],
  );
}

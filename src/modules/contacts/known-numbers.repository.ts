import type { Tx } from '../../db/index.js';
import { lineOf } from '../../lib/phone-line.js';

/** What is known of a number that a request wants to write to. */
export interface KnownNumber {
  /** E.164, as it is dialled: the form the contact of its line has, otherwise the given one. */
  phone: string;
  line: string;
  contactId: string | null;
  name: string | null;
  attributes: Record<string, unknown>;
  optedOutAt: Date | null;
  optOutSource: string | null;
  suppressed: boolean;
}

/** Every number, in the order given, with the contact of its line where there is one. */
export async function knownNumbers(tx: Tx, tenantId: string, phones: string[]): Promise<KnownNumber[]> {
  return tx.query<KnownNumber[]>(
    `SELECT coalesce(c.phone, given.phone) AS phone, given.line, c.id AS "contactId", c.name,
            coalesce(c.attributes, '{}') AS attributes, c.opted_out_at AS "optedOutAt",
            c.opt_out_source AS "optOutSource", x.id IS NOT NULL AS suppressed
     FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS given (phone, line, position)
     LEFT JOIN contacts c ON c.tenant_id = $1 AND c.line = given.line
     LEFT JOIN suppressions x ON x.tenant_id = $1 AND x.line = given.line
     ORDER BY given.position`,
    [tenantId, phones, phones.map(lineOf)],
  );
}

import type { Tx } from '../../db/index.js';
import type { Purpose } from '../tenants/index.js';
import { lineOf } from '../../lib/phone-line.js';
import type { IdentityKind } from './core/identity.js';
import { ownerOf } from './identities/identity.repository.js';

/** What is known of a number that a request wants to write to. */
export interface KnownNumber {
  /**
   * As it is dialled: in the form in which its contact has this number. A contact that was named by another identity is written
   * to by what it goes by.
   */
  phone: string;
  line: string;
  contactId: string | null;
  /** What the contact is known by beside `phone`. */
  furtherKinds: IdentityKind[];
  name: string | null;
  attributes: Record<string, unknown>;
  optedOutAt: Date | null;
  optOutSource: string | null;
  suppressed: boolean;
}

/** Every number, in the order given, with the contact of its line where there is one; suppressed for messages of this purpose. */
export async function knownNumbers(
  tx: Tx,
  tenantId: string,
  phones: string[],
  purpose: Purpose = 'service',
): Promise<KnownNumber[]> {
  return tx.query<KnownNumber[]>(
    `SELECT CASE WHEN starts_with(given.line, '+') AND c.line <> given.line
              THEN coalesce((SELECT i.written FROM contact_identities i
                             WHERE i.tenant_id = $1 AND i.line = given.line AND i.until IS NULL), given.phone)
              ELSE coalesce(c.phone, c.line, given.phone) END AS phone, given.line, c.id AS "contactId", c.name,
            ARRAY(SELECT DISTINCT i.kind FROM contact_identities i
                  WHERE i.tenant_id = $1 AND i.contact_id = c.id AND i.until IS NULL) AS "furtherKinds",
            coalesce(c.attributes, '{}') AS attributes, c.opted_out_at AS "optedOutAt",
            c.opt_out_source AS "optOutSource", EXISTS (SELECT FROM suppressions x WHERE x.tenant_id = $1 AND x.line IN (given.line, c.line)
              AND (x.scope = 'everything' OR (x.scope = 'marketing' AND $4 = 'marketing'))) AS suppressed
     FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS given (phone, line, position)
     LEFT JOIN contacts c ON c.tenant_id = $1 AND c.id = ${ownerOf('given.line')}
     ORDER BY given.position`,
    [tenantId, phones, phones.map(lineOf), purpose],
  );
}

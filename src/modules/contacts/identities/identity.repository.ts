import type { Tx } from '../../../db/index.js';
import { newId } from '../../../lib/ids.js';
import { identityOf, type Identity, type IdentityKind } from '../core/identity.js';

/** One of the addresses of a person. */
export interface PersonAddress {
  line: string;
  /** A number in the form it was given, or another identity as core/identity.ts writes it. */
  address: string;
  /** Null for an address of nobody. */
  contactId: string | null;
}

/** An identity of a contact, current or retired. */
export interface KnownIdentity {
  contactId: string;
  kind: IdentityKind;
  scope: string;
  value: string;
  address: string;
  line: string;
  since: Date;
  until: Date | null;
}

/** SQL for the id of the tenant's contact that has this line now; null when nobody has. */
export function ownerOf(line: string, tenant = '$1'): string {
  return `coalesce(
    (SELECT own.id FROM contacts own WHERE own.tenant_id = ${tenant} AND own.line = ${line}),
    (SELECT known.contact_id FROM contact_identities known
     WHERE known.tenant_id = ${tenant} AND known.line = ${line} AND known.until IS NULL))`;
}

/** Through the indexes of both tables: most lines are of contacts that have no other identity. */
export const ADDRESSES = `
  WITH asked AS (
    SELECT given.line, ${ownerOf('given.line')} AS contact_id FROM unnest($2::text[]) AS given (line)
  )
  SELECT asked.line AS asked, c.line, coalesce(c.phone, c.line) AS address, c.id AS "contactId"
  FROM asked JOIN contacts c ON c.id = asked.contact_id
  UNION ALL
  SELECT asked.line, i.line, coalesce(i.written, i.line), i.contact_id
  FROM asked JOIN contact_identities i ON i.contact_id = asked.contact_id AND i.until IS NULL
  UNION ALL
  SELECT asked.line, asked.line, asked.line, NULL FROM asked WHERE asked.contact_id IS NULL`;

/** What people are known by, beside the one identity that stands in the contact itself. */
export class IdentityRepository {
  /** Every current address of the people who have these lines; `asked` is the line by which one was found. */
  addressesOf(
    tx: Tx,
    tenantId: string,
    lines: readonly string[],
  ): Promise<(PersonAddress & { asked: string })[]> {
    return tx.query(ADDRESSES, [tenantId, lines]);
  }

  /** Those of these lines that are a further identity of a contact, with the address the contact goes by. */
  async further(
    tx: Tx,
    tenantId: string,
    lines: readonly string[],
  ): Promise<Map<string, { phone: string | null; address: string | null; line: string }>> {
    const rows: { asked: string; phone: string | null; address: string | null; line: string }[] =
      await tx.query(
        `SELECT i.line AS asked, c.phone, c.address, c.line
         FROM unnest($2::text[]) AS given (line)
         JOIN contact_identities i ON i.tenant_id = $1 AND i.line = given.line AND i.until IS NULL
         JOIN contacts c ON c.id = i.contact_id`,
        [tenantId, lines],
      );
    return new Map(rows.map(({ asked, ...owner }) => [asked, owner]));
  }

  /** Of each of these contacts the one it goes by, then the others, the retired ones last. */
  async ofContacts(tx: Tx, tenantId: string, contactIds: readonly string[]): Promise<KnownIdentity[]> {
    const rows: (Omit<KnownIdentity, 'kind' | 'scope' | 'value'> & { isOwn: boolean })[] = await tx.query(
      `SELECT id AS "contactId", coalesce(phone, line) AS address, line, coalesce(line_since, created_at) AS since,
              NULL::timestamptz AS until, true AS "isOwn"
       FROM contacts WHERE tenant_id = $1 AND id = ANY($2::uuid[])
       UNION ALL
       SELECT contact_id, coalesce(written, line), line, since, until, false
       FROM contact_identities WHERE tenant_id = $1 AND contact_id = ANY($2::uuid[])
       ORDER BY "contactId", "isOwn" DESC, until NULLS FIRST, since, line`,
      [tenantId, contactIds],
    );
    return rows.flatMap((row) => {
      const identity = identityOf(row.address);
      if (!identity) return [];
      const { kind, scope, value } = identity;
      return { ...row, kind, scope, value };
    });
  }

  /** Returns the lines that were added: the others are somebody's. */
  async add(
    tx: Tx,
    tenantId: string,
    contactId: string,
    identities: readonly Identity[],
    since: Date,
  ): Promise<string[]> {
    if (identities.length === 0) return [];
    const rows: { line: string }[] = await tx.query(
      `INSERT INTO contact_identities (id, tenant_id, contact_id, kind, scope, value, written, since)
       SELECT given.id, $1, $2, given.kind, given.scope, given.value, given.written, $8
       FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[])
         AS given (id, kind, scope, value, written)
       ORDER BY given.kind, given.scope, given.value
       ON CONFLICT (tenant_id, line) WHERE until IS NULL DO NOTHING
       RETURNING line`,
      [
        tenantId,
        contactId,
        identities.map(() => newId()),
        identities.map(({ kind }) => kind),
        identities.map(({ scope }) => scope),
        identities.map(({ value }) => value),
        identities.map(({ written }) => written ?? null),
        since,
      ],
    );
    return rows.map(({ line }) => line);
  }

  /** Everything one contact is or was known by belongs to another. */
  async moveAll(tx: Tx, tenantId: string, fromContactId: string, toContactId: string): Promise<void> {
    await tx.query('UPDATE contact_identities SET contact_id = $3 WHERE tenant_id = $1 AND contact_id = $2', [
      tenantId,
      fromContactId,
      toContactId,
    ]);
  }

  /** A further identity that stands in the contact itself from now on; false when it was none. */
  async take(
    tx: Tx,
    tenantId: string,
    contactId: string,
    line: string,
  ): Promise<{ since: Date } | undefined> {
    const [rows]: [{ since: Date }[], number] = await tx.query(
      `DELETE FROM contact_identities WHERE tenant_id = $1 AND contact_id = $2 AND line = $3 AND until IS NULL
       RETURNING since`,
      [tenantId, contactId, line],
    );
    return rows[0];
  }

  /** It is the person's no longer. False when it was not, or stands in the contact itself. */
  async retire(tx: Tx, tenantId: string, contactId: string, line: string, until: Date): Promise<boolean> {
    const [, retired]: [unknown, number] = await tx.query(
      `UPDATE contact_identities SET until = greatest(since, $4::timestamptz)
       WHERE tenant_id = $1 AND contact_id = $2 AND line = $3 AND until IS NULL`,
      [tenantId, contactId, line, until],
    );
    return retired > 0;
  }

  /** Keeps what the contact went by until now, as retired. */
  async addRetired(
    tx: Tx,
    tenantId: string,
    contactId: string,
    { kind, scope, value, written }: Identity,
    { since, until }: { since: Date; until: Date },
  ): Promise<void> {
    await tx.query(
      `INSERT INTO contact_identities (id, tenant_id, contact_id, kind, scope, value, written, since, until)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8::timestamptz, greatest($8::timestamptz, $9::timestamptz))`,
      [newId(), tenantId, contactId, kind, scope, value, written ?? null, since, until],
    );
  }
}

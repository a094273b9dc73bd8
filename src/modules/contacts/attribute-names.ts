import type { Tx } from '../../db/index.js';
import { DomainError } from '../../lib/errors.js';

/** Attribute names of one tenant, unless the operator says otherwise. */
export const MAX_ATTRIBUTE_NAMES = 1_000;
/** New names that an error lists. */
const SHOWN = 5;

/**
 * The attribute names of each tenant, which are limited: every name is a column of an export and an entry of what filters
 * and previews know. Whoever writes contacts notes their names first.
 */
export class AttributeNames {
  constructor(private readonly most = MAX_ATTRIBUTE_NAMES) {}

  /**
   * To be called in the transaction that writes the contacts, before it locks them: names are locked before contacts, so
   * that two writers cannot deadlock. Refuses (`invalid`, `too_many_attribute_names`) names that would be too many.
   */
  async note(tx: Tx, tenantId: string, given: Iterable<string>, path = 'attributes'): Promise<void> {
    const names = [...new Set(given)];
    if (names.length === 0) return;
    // The share keeps the clean-up of unused names away until the contacts are there.
    const rows: { name: string }[] = await tx.query(
      `SELECT name FROM contact_attribute_names WHERE tenant_id = $1 AND name = ANY($2::text[])
       ORDER BY name FOR KEY SHARE`,
      [tenantId, names],
    );
    if (rows.length === names.length) return;
    const known = new Set(rows.map(({ name }) => name));
    await this.add(
      tx,
      tenantId,
      names.filter((name) => !known.has(name)),
      path,
    );
  }

  /** New names are rare: one transaction of a tenant after the other adds and counts them. */
  private async add(tx: Tx, tenantId: string, names: string[], path: string): Promise<void> {
    await lockNames(tx, tenantId);
    await tx.query(
      `INSERT INTO contact_attribute_names (tenant_id, name) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING`,
      [tenantId, names],
    );
    const [{ count = 0 } = {}]: { count?: number }[] = await tx.query(
      'SELECT count(*)::integer AS count FROM contact_attribute_names WHERE tenant_id = $1',
      [tenantId],
    );
    if (count > this.most) throw tooMany(names, this.most, path);
  }

  /**
   * Forgets the names that no contact has any more, of each tenant that has used up half of them. Returns how many they
   * were.
   */
  async forgetUnused(
    transaction: <Result>(run: (tx: Tx) => Promise<Result>) => Promise<Result>,
  ): Promise<number> {
    const tenants = await transaction((tx) => this.tenantsWithMany(tx));
    let forgotten = 0;
    for (const tenantId of tenants) {
      const unused = await transaction((tx) => unusedNames(tx, tenantId));
      if (unused.length > 0) forgotten += await transaction((tx) => forget(tx, tenantId, unused));
    }
    return forgotten;
  }

  private async tenantsWithMany(tx: Tx): Promise<string[]> {
    const rows: { tenantId: string }[] = await tx.query(
      `SELECT tenant_id AS "tenantId" FROM contact_attribute_names GROUP BY tenant_id HAVING count(*) * 2 > $1`,
      [this.most],
    );
    return rows.map(({ tenantId }) => tenantId);
  }
}

function lockNames(tx: Tx, tenantId: string): Promise<unknown> {
  return tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('attribute names of ' || $1, 0))`, [
    tenantId,
  ]);
}

async function unusedNames(tx: Tx, tenantId: string): Promise<string[]> {
  const rows: { name: string }[] = await tx.query(
    `SELECT name FROM contact_attribute_names WHERE tenant_id = $1
     EXCEPT SELECT key FROM contacts, LATERAL jsonb_object_keys(attributes) AS key WHERE tenant_id = $1`,
    [tenantId],
  );
  return rows.map(({ name }) => name);
}

/** Looks again when nobody can write a contact with one of the names: another may have done so meanwhile. */
async function forget(tx: Tx, tenantId: string, names: string[]): Promise<number> {
  await tx.query(
    `SELECT FROM contact_attribute_names WHERE tenant_id = $1 AND name = ANY($2::text[]) ORDER BY name FOR UPDATE`,
    [tenantId, names],
  );
  const [, count]: [unknown[], number] = await tx.query(
    `DELETE FROM contact_attribute_names WHERE tenant_id = $1 AND name = ANY($2::text[]) AND name NOT IN (
       SELECT key FROM contacts, LATERAL jsonb_object_keys(attributes) AS key
       WHERE tenant_id = $1 AND key = ANY($2::text[]))`,
    [tenantId, names],
  );
  return count;
}

function tooMany(names: readonly string[], most: number, path: string): DomainError {
  const shown = names.slice(0, SHOWN).join(', ');
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  const message =
    `contacts have at most ${most} different attribute names; the new ones (${shown}${more}) are too many. ` +
    'Use names that there are, or remove some from all contacts: they are free again within half an hour.';
  return new DomainError('invalid', 'too_many_attribute_names', message, { errors: [{ path, message }] });
}

import { In } from 'typeorm';
import type { Tx } from '../../db/index.js';
import { newId } from '../../lib/ids.js';
import { AttributeNames } from './attribute-names.js';
import { Contact } from './contact.entity.js';
import { IdentityRepository, ownerOf } from './identities/identity.repository.js';
import { ON_CONFLICT_NONE } from './suppression.repository.js';

/** Every write of attributes notes their names first: how many there are is limited. */
export class ContactRepository {
  private readonly identities = new IdentityRepository();

  constructor(private readonly names = new AttributeNames()) {}

  find(tx: Tx, tenantId: string, id: string): Promise<Contact | null> {
    return tx.getRepository(Contact).findOneBy({ tenantId, id });
  }

  /** The id of whoever has this line, as a further identity too. */
  async findOwner(tx: Tx, tenantId: string, line: string): Promise<string | undefined> {
    const rows: { id: string | null }[] = await tx.query(`SELECT ${ownerOf('$2')} AS id`, [tenantId, line]);
    return rows[0]?.id ?? undefined;
  }

  /**
   * Locks the contact until the transaction ends, for a change that depends on its present values. Rows that refer to it may
   * be written meanwhile: whoever records an outcome holds deliveries that a merge waits for.
   */
  lock(tx: Tx, tenantId: string, id: string): Promise<Contact | null> {
    return tx
      .getRepository(Contact)
      .createQueryBuilder('contact')
      .setLock('for_no_key_update')
      .where('contact.tenantId = :tenantId AND contact.id = :id', { tenantId, id })
      .getOne();
  }

  /** In the order of the ids; those that are gone are left out. */
  async findMany(tx: Tx, tenantId: string, ids: readonly string[]): Promise<Contact[]> {
    if (ids.length === 0) return [];
    const found = await tx.getRepository(Contact).findBy({ tenantId, id: In([...ids]) });
    const byId = new Map(found.map((contact) => [contact.id, contact]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  async save(tx: Tx, contact: Contact): Promise<void> {
    await this.names.note(tx, contact.tenantId, Object.keys(contact.attributes));
    await tx.getRepository(Contact).save(contact);
  }

  /** False when the line belongs to a contact of the tenant already, and nothing was written. */
  async insert(tx: Tx, contact: Contact): Promise<boolean> {
    await this.names.note(tx, contact.tenantId, Object.keys(contact.attributes));
    const inserted: unknown[] = await tx.query(
      `INSERT INTO contacts (id, tenant_id, phone, address, name, attributes, tags, opted_out_at, opt_out_source, created_at, updated_at)
       VALUES ($1, $2, $3, $10, $4, $5, $9, $6, $7, $8, $8)
       ON CONFLICT (tenant_id, line) DO NOTHING
       RETURNING id`,
      [
        contact.id,
        contact.tenantId,
        contact.phone,
        contact.name,
        contact.attributes,
        contact.optedOutAt,
        contact.optOutSource,
        contact.createdAt,
        contact.tags,
        contact.address,
      ],
    );
    if (inserted.length === 0) return false;
    const taken = await this.identities.further(tx, contact.tenantId, [contact.line]);
    if (taken.size === 0) return true;
    await this.delete(tx, contact.tenantId, contact.id);
    return false;
  }

  /** False when it is gone already. */
  async delete(tx: Tx, tenantId: string, id: string): Promise<boolean> {
    const [, removed]: [unknown, number] = await tx.query(
      'DELETE FROM contacts WHERE tenant_id = $1 AND id = $2',
      [tenantId, id],
    );
    return removed === 1;
  }

  /**
   * Removes a contact. Its opt-out stays: every address of one who had opted out is suppressed from then on, for this reason,
   * so that the person is left alone also when a number comes back in another file. One statement, because a STOP may
   * be stored at the same moment. False when it is gone already.
   */
  async remove(
    tx: Tx,
    tenantId: string,
    id: string,
    addresses: readonly string[],
    suppression: { reason: string; now: Date },
  ): Promise<boolean> {
    const decisionId = addresses.length > 1 ? newId() : null;
    const rows: unknown[] = await tx.query(
      `WITH gone AS (
         DELETE FROM contacts WHERE tenant_id = $1 AND id = $2 RETURNING opted_out_at
       ), kept AS (
         INSERT INTO suppressions (id, tenant_id, address, reason, created_at, decision_id)
         SELECT input.id, $1, input.address, $5, $6, $7
         FROM gone CROSS JOIN unnest($3::uuid[], $4::text[]) AS input (id, address)
         WHERE gone.opted_out_at IS NOT NULL ORDER BY phone_line(input.address)
         ${ON_CONFLICT_NONE}
       )
       SELECT FROM gone`,
      [
        tenantId,
        id,
        addresses.map(() => newId()),
        addresses,
        suppression.reason,
        suppression.now,
        decisionId,
      ],
    );
    return rows.length === 1;
  }

  /** Whoever has these lines, each with the line that was asked for and the address the contact goes by. */
  findByLines(
    tx: Tx,
    tenantId: string,
    lines: readonly string[],
  ): Promise<{ id: string; phone: string; line: string }[]> {
    return tx.query(
      `SELECT c.id, coalesce(c.phone, c.line) AS phone, given.line
       FROM unnest($2::text[]) AS given (line) JOIN contacts c ON c.tenant_id = $1 AND c.line = given.line
       UNION ALL
       SELECT c.id, coalesce(c.phone, c.line), given.line
       FROM unnest($2::text[]) AS given (line)
       JOIN contact_identities i ON i.tenant_id = $1 AND i.line = given.line AND i.until IS NULL
       JOIN contacts c ON c.id = i.contact_id`,
      [tenantId, lines],
    );
  }

  /** Locks these contacts until the transaction ends, in the order of their lines. */
  async lockMany(tx: Tx, tenantId: string, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await tx.query(
      'SELECT FROM contacts WHERE tenant_id = $1 AND id = ANY($2::uuid[]) ORDER BY line FOR NO KEY UPDATE',
      [tenantId, ids],
    );
  }

  /** Once their deliveries are locked: nothing that refers to them is written any more until the transaction ends. */
  async lockWhole(tx: Tx, tenantId: string, ids: readonly string[]): Promise<void> {
    await tx.query(
      'SELECT FROM contacts WHERE tenant_id = $1 AND id = ANY($2::uuid[]) ORDER BY line FOR UPDATE',
      [tenantId, ids],
    );
  }

  /**
   * Opts out these contacts, in the order of their lines, so that two writers cannot deadlock. Returns those who were not
   * opted out before; the others keep their time and source.
   */
  async optOutMany(
    tx: Tx,
    tenantId: string,
    ids: readonly string[],
    source: string,
    now: Date,
  ): Promise<string[]> {
    if (ids.length === 0) return [];
    const [rows]: [{ id: string }[], number] = await tx.query(
      `WITH locked AS (
         SELECT id FROM contacts
         WHERE tenant_id = $1 AND opted_out_at IS NULL AND id = ANY($2::uuid[])
         ORDER BY line FOR NO KEY UPDATE)
       UPDATE contacts SET opted_out_at = $3, opt_out_source = $4, updated_at = $3
       WHERE tenant_id = $1 AND id IN (SELECT id FROM locked)
       RETURNING id`,
      [tenantId, ids, now, source],
    );
    return rows.map(({ id }) => id);
  }

  /** Returns those of these contacts that were opted out. */
  async optInMany(tx: Tx, tenantId: string, ids: readonly string[], now: Date): Promise<string[]> {
    if (ids.length === 0) return [];
    const [rows]: [{ id: string }[], number] = await tx.query(
      `WITH locked AS (
         SELECT id FROM contacts
         WHERE tenant_id = $1 AND opted_out_at IS NOT NULL AND id = ANY($2::uuid[])
         ORDER BY line FOR NO KEY UPDATE)
       UPDATE contacts SET opted_out_at = NULL, opt_out_source = NULL, updated_at = $3
       WHERE tenant_id = $1 AND id IN (SELECT id FROM locked)
       RETURNING id`,
      [tenantId, ids, now],
    );
    return rows.map(({ id }) => id);
  }
}

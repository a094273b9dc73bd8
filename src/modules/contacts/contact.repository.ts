import { In } from 'typeorm';
import type { Tx } from '../../db/index.js';
import { newId } from '../../lib/ids.js';
import { lineOf } from '../../lib/phone-line.js';
import { AttributeNames } from './attribute-names.js';
import { beyondLimitSql, type Attributes } from './core/attributes.js';
import { Contact } from './contact.entity.js';
import { ON_CONFLICT_LAST } from './suppression.repository.js';

export interface ContactRow {
  id: string;
  /** E.164. */
  phone: string;
  name: string | null;
  attributes: Attributes;
  /** Cleaned; nothing when they are not given. */
  tags?: readonly string[];
  /** The contact is opted out by this source, unless it is already. */
  optOutSource?: 'import';
}

export interface WrittenContact {
  id: string;
  line: string;
  /** By this write, or by another at the same moment and for the same reason. */
  optedOutNow: boolean;
}

const UPSERT_ROWS = 1_000;

/** Every write of attributes notes their names first: how many there are is limited. */
export class ContactRepository {
  constructor(private readonly names = new AttributeNames()) {}

  find(tx: Tx, tenantId: string, id: string): Promise<Contact | null> {
    return tx.getRepository(Contact).findOneBy({ tenantId, id });
  }

  findByLine(tx: Tx, tenantId: string, line: string): Promise<Contact | null> {
    return tx.getRepository(Contact).findOneBy({ tenantId, line });
  }

  /** Locks the contact until the transaction ends, for a change that depends on its present values. */
  lock(tx: Tx, tenantId: string, id: string): Promise<Contact | null> {
    return tx
      .getRepository(Contact)
      .createQueryBuilder('contact')
      .setLock('pessimistic_write')
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

  /** False when the line belongs to a contact of the tenant already. */
  async insert(tx: Tx, contact: Contact): Promise<boolean> {
    await this.names.note(tx, contact.tenantId, Object.keys(contact.attributes));
    const inserted: unknown[] = await tx.query(
      `INSERT INTO contacts (id, tenant_id, phone, name, attributes, tags, opted_out_at, opt_out_source, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $9, $6, $7, $8, $8)
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
      ],
    );
    return inserted.length === 1;
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
   * Removes a contact. Its opt-out stays: every line of one who had opted out is suppressed from then on, for this reason,
   * so that the person is left alone also when a number comes back in another file. One statement, because a STOP may
   * be stored at the same moment. False when it is gone already.
   */
  async remove(
    tx: Tx,
    tenantId: string,
    id: string,
    phones: readonly string[],
    suppression: { reason: string; now: Date },
  ): Promise<boolean> {
    const decisionId = phones.length > 1 ? newId() : null;
    const rows: unknown[] = await tx.query(
      `WITH gone AS (
         DELETE FROM contacts WHERE tenant_id = $1 AND id = $2 RETURNING opted_out_at
       ), kept AS (
         INSERT INTO suppressions (id, tenant_id, phone, reason, created_at, decision_id)
         SELECT input.id, $1, input.phone, $5, $6, $7
         FROM gone CROSS JOIN unnest($3::uuid[], $4::text[]) AS input (id, phone)
         WHERE gone.opted_out_at IS NOT NULL ORDER BY phone_line(input.phone)
         ${ON_CONFLICT_LAST}
       )
       SELECT FROM gone`,
      [tenantId, id, phones.map(() => newId()), phones, suppression.reason, suppression.now, decisionId],
    );
    return rows.length === 1;
  }

  /**
   * Writes contacts of distinct lines, in the order of the lines, so that two writers cannot deadlock. `update` merges
   * names and attributes into contacts that exist, `skip` leaves those alone. Opt-outs are only added, and the form in which
   * a number is stored is never touched. Returns the rows it wrote: a created one carries its new id; rows that changed nothing are
   * left out.
   */
  async upsert(
    tx: Tx,
    tenantId: string,
    rows: readonly ContactRow[],
    onDuplicate: 'update' | 'skip',
    now: Date,
  ): Promise<WrittenContact[]> {
    await this.names.note(tx, tenantId, namesIn(rows));
    const written: WrittenContact[] = [];
    const sorted = rows
      .map((row) => ({ ...row, line: lineOf(row.phone) }))
      .toSorted((a, b) => (a.line < b.line ? -1 : 1));
    for (let start = 0; start < sorted.length; start += UPSERT_ROWS) {
      const part = sorted.slice(start, start + UPSERT_ROWS);
      const answer: WrittenContact[] = await tx.query(upsertSql(onDuplicate, part), [
        tenantId,
        now,
        part.map(({ id }) => id),
        part.map(({ phone }) => phone),
        part.map(({ name }) => name),
        part.map(({ attributes }) => JSON.stringify(attributes)),
        part.map(({ tags }) => arrayLiteral(tags ?? [])),
        part.map(({ optOutSource }) => optOutSource ?? null),
      ]);
      for (const row of answer) written.push(row);
    }
    return written;
  }

  /**
   * The lines of the rows that were not written because the contact would have had too many attributes. Right after
   * `upsert`, which has locked the contacts; `rows`: those that it did not write.
   */
  async beyondLimit(tx: Tx, tenantId: string, rows: readonly ContactRow[]): Promise<Set<string>> {
    const given = rows.filter(({ attributes }) => Object.keys(attributes).length > 0);
    if (given.length === 0) return new Set();
    const found: { line: string }[] = await tx.query(
      `SELECT contact.line FROM unnest($2::text[], $3::jsonb[]) AS given (line, attributes)
       JOIN contacts contact ON contact.tenant_id = $1 AND contact.line = given.line
       WHERE NOT contact.attributes @> given.attributes
         AND ${beyondLimitSql('contact.attributes || given.attributes', 'contact.attributes')}`,
      [
        tenantId,
        given.map(({ phone }) => lineOf(phone)),
        given.map(({ attributes }) => JSON.stringify(attributes)),
      ],
    );
    return new Set(found.map(({ line }) => line));
  }

  findByLines(
    tx: Tx,
    tenantId: string,
    lines: readonly string[],
  ): Promise<{ id: string; phone: string; line: string }[]> {
    return tx.query('SELECT id, phone, line FROM contacts WHERE tenant_id = $1 AND line = ANY($2)', [
      tenantId,
      lines,
    ]);
  }

  /** Locks the contacts of these lines until the transaction ends, in the order of the lines. */
  async lockLines(tx: Tx, tenantId: string, lines: readonly string[]): Promise<void> {
    await tx.query(
      'SELECT FROM contacts WHERE tenant_id = $1 AND line = ANY($2::text[]) ORDER BY line FOR NO KEY UPDATE',
      [tenantId, lines],
    );
  }

  /**
   * Keeps the time and source of an earlier opt-out. A line without a contact becomes one. Returns the contact when
   * it was not opted out before.
   */
  async optOut(
    tx: Tx,
    row: ContactRow,
    tenantId: string,
    source: string,
    now: Date,
  ): Promise<string | undefined> {
    const rows: { id: string }[] = await tx.query(
      `INSERT INTO contacts AS contact (id, tenant_id, phone, opted_out_at, opt_out_source, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $4, $4)
       ON CONFLICT (tenant_id, line) DO UPDATE
       SET opted_out_at = excluded.opted_out_at, opt_out_source = excluded.opt_out_source,
           updated_at = excluded.updated_at
       WHERE contact.opted_out_at IS NULL
       RETURNING contact.id`,
      [row.id, tenantId, row.phone, now, source],
    );
    return rows[0]?.id;
  }

  /**
   * Opts out the contacts of these lines, in their order, so that two writers cannot deadlock. Returns those who were not
   * opted out before; the others keep their time and source.
   */
  async optOutLines(
    tx: Tx,
    tenantId: string,
    lines: readonly string[],
    source: string,
    now: Date,
  ): Promise<{ id: string; line: string }[]> {
    const [rows]: [{ id: string; line: string }[], number] = await tx.query(
      `WITH locked AS (
         SELECT id FROM contacts
         WHERE tenant_id = $1 AND opted_out_at IS NULL AND line = ANY($2::text[])
         ORDER BY line FOR NO KEY UPDATE)
       UPDATE contacts SET opted_out_at = $3, opt_out_source = $4, updated_at = $3
       WHERE tenant_id = $1 AND id IN (SELECT id FROM locked)
       RETURNING id, line`,
      [tenantId, lines, now, source],
    );
    return rows;
  }

  /** Returns the contacts of these lines that were opted out. */
  async optInLines(tx: Tx, tenantId: string, lines: readonly string[], now: Date): Promise<string[]> {
    const [rows]: [{ id: string }[], number] = await tx.query(
      `WITH locked AS (
         SELECT id FROM contacts
         WHERE tenant_id = $1 AND opted_out_at IS NOT NULL AND line = ANY($2::text[])
         ORDER BY line FOR NO KEY UPDATE)
       UPDATE contacts SET opted_out_at = NULL, opt_out_source = NULL, updated_at = $3
       WHERE tenant_id = $1 AND id IN (SELECT id FROM locked)
       RETURNING id`,
      [tenantId, lines, now],
    );
    return rows.map(({ id }) => id);
  }
}

function namesIn(rows: readonly ContactRow[]): Set<string> {
  const names = new Set<string>();
  for (const { attributes } of rows) for (const name of Object.keys(attributes)) names.add(name);
  return names;
}

/** How PostgreSQL writes an array: rows of different lengths fit into one parameter only as texts. */
function arrayLiteral(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replace(/[\\"]/g, '\\$&')}"`).join(',')}}`;
}

/** An opt-out is given to contacts that have none. */
const OPT_OUT = `opted_out_at = coalesce(contact.opted_out_at, excluded.opted_out_at),
           opt_out_source = CASE WHEN contact.opted_out_at IS NULL THEN excluded.opt_out_source
                            ELSE contact.opt_out_source END`;
const OPTS_OUT = 'contact.opted_out_at IS NULL AND excluded.opted_out_at IS NOT NULL';

function upsertSql(onDuplicate: 'update' | 'skip', rows: readonly ContactRow[]): string {
  const conflict =
    onDuplicate === 'skip'
      ? rows.some(({ optOutSource }) => optOutSource !== undefined)
        ? `DO UPDATE SET ${OPT_OUT}, updated_at = excluded.updated_at WHERE ${OPTS_OUT}`
        : 'DO NOTHING'
      : `DO UPDATE SET ${OPT_OUT},
           name = coalesce(excluded.name, contact.name),
           attributes = contact.attributes || excluded.attributes,
           tags = CASE WHEN excluded.tags <@ contact.tags THEN contact.tags
                  ELSE ARRAY(SELECT DISTINCT tag FROM unnest(contact.tags || excluded.tags) AS tag ORDER BY tag) END,
           updated_at = excluded.updated_at
         WHERE (coalesce(excluded.name, contact.name) IS DISTINCT FROM contact.name
            OR contact.attributes || excluded.attributes IS DISTINCT FROM contact.attributes
            OR NOT excluded.tags <@ contact.tags
            OR (${OPTS_OUT}))
           AND NOT ${beyondLimitSql('contact.attributes || excluded.attributes', 'contact.attributes')}`;
  return `
    INSERT INTO contacts AS contact (id, tenant_id, phone, name, attributes, tags, created_at, updated_at,
                                     opted_out_at, opt_out_source)
    SELECT input.id, $1, input.phone, input.name, input.attributes, input.tags::text[], $2, $2,
           CASE WHEN input.opt_out_source IS NOT NULL THEN $2::timestamptz END, input.opt_out_source
    FROM unnest($3::uuid[], $4::text[], $5::text[], $6::jsonb[], $7::text[], $8::text[])
      AS input (id, phone, name, attributes, tags, opt_out_source)
    ORDER BY phone_line(input.phone)
    ON CONFLICT (tenant_id, line) ${conflict}
    RETURNING contact.id, contact.line,
              coalesce(contact.opted_out_at = $2 AND contact.opt_out_source = 'import', false) AS "optedOutNow"`;
}

import type { Tx } from '../../db/index.js';
import { lineOf } from '../../lib/phone-line.js';
import { AttributeNames } from './attribute-names.js';
import { beyondLimitSql, type Attributes } from './core/attributes.js';
import { IdentityRepository, ownerOf } from './identities/identity.repository.js';

export interface ContactRow {
  id: string;
  /** E.164, or another identity as core/identity.ts writes it. */
  address: string;
  name: string | null;
  attributes: Attributes;
  /** Cleaned; nothing when they are not given. */
  tags?: readonly string[];
  /** The contact is opted out by this source, unless it is already. */
  optOutSource?: 'import';
}

export interface WrittenContact {
  id: string;
  /** As it was given, which may be another than the contact goes by. */
  line: string;
  /** By this write, or by another at the same moment and for the same reason. */
  optedOutNow: boolean;
}

const UPSERT_ROWS = 1_000;

/** Many contacts at once. Every write of attributes notes their names first: how many there are is limited. */
export class ContactUpsertRepository {
  private readonly identities = new IdentityRepository();

  constructor(private readonly names = new AttributeNames()) {}

  /**
   * Writes contacts of distinct lines, in the order of the lines, so that two writers cannot deadlock. `update` merges
   * names and attributes into contacts that exist, `skip` leaves those alone. Opt-outs are only added, and the form in which
   * a number is stored is never touched. A line that is a further identity of a contact is that contact. Returns the rows it
   * wrote: a created one carries its new id; rows that changed nothing are left out.
   */
  async upsert(
    tx: Tx,
    tenantId: string,
    rows: readonly ContactRow[],
    onDuplicate: 'update' | 'skip',
    now: Date,
  ): Promise<WrittenContact[]> {
    await this.names.note(tx, tenantId, namesIn(rows));
    const given = rows.map((row) => ({ ...row, asked: lineOf(row.address) }));
    const written: WrittenContact[] = [];
    for (let left = given; left.length > 0;) {
      const owners = await this.identities.further(
        tx,
        tenantId,
        left.map(({ asked }) => asked),
      );
      const placed = left.map((row) => {
        const owner = owners.get(row.asked);
        return owner
          ? { ...row, address: owner.phone ?? owner.line, line: owner.line }
          : { ...row, line: row.asked };
      });
      for (const round of rounds(placed)) {
        for (const row of await this.upsertRound(tx, tenantId, round, onDuplicate, now)) written.push(row);
      }
      left = await this.undoTaken(tx, tenantId, placed, written);
    }
    return written;
  }

  /** Rows of distinct lines. */
  private async upsertRound(
    tx: Tx,
    tenantId: string,
    rows: readonly PlacedRow[],
    onDuplicate: 'update' | 'skip',
    now: Date,
  ): Promise<WrittenContact[]> {
    const written: WrittenContact[] = [];
    const sorted = rows.toSorted((a, b) => (a.line < b.line ? -1 : 1));
    for (let start = 0; start < sorted.length; start += UPSERT_ROWS) {
      const part = sorted.slice(start, start + UPSERT_ROWS);
      const asked = new Map(part.map((row) => [row.line, row.asked]));
      const answer: WrittenContact[] = await tx.query(upsertSql(onDuplicate, part), [
        tenantId,
        now,
        part.map(({ id }) => id),
        part.map(({ address }) => address),
        part.map(({ name }) => name),
        part.map(({ attributes }) => JSON.stringify(attributes)),
        part.map(({ tags }) => arrayLiteral(tags ?? [])),
        part.map(({ optOutSource }) => optOutSource ?? null),
      ]);
      for (const row of answer) written.push({ ...row, line: asked.get(row.line) ?? row.line });
    }
    return written;
  }

  /**
   * A merge that ended while its contact's line was waited for has made that line a further identity of another: the contact
   * that was made anew is taken back, and its row left to be written once more.
   */
  private async undoTaken(
    tx: Tx,
    tenantId: string,
    rows: readonly (PlacedRow & { id: string })[],
    written: WrittenContact[],
  ): Promise<PlacedRow[]> {
    const ids = new Set(written.map(({ id }) => id));
    const created = rows.filter(({ id }) => ids.has(id));
    if (created.length === 0) return [];
    const taken = await this.identities.further(
      tx,
      tenantId,
      created.map(({ line }) => line),
    );
    const undone = created.filter(({ line }) => taken.has(line));
    for (const row of undone) {
      await tx.query('DELETE FROM contacts WHERE tenant_id = $1 AND id = $2', [tenantId, row.id]);
      written.splice(
        written.findIndex(({ id }) => id === row.id),
        1,
      );
    }
    return undone;
  }

  /**
   * The lines of the rows that were not written because the contact would have had too many attributes. Right after
   * `upsert`, which has locked the contacts; `rows`: those that it did not write.
   */
  async beyondLimit(tx: Tx, tenantId: string, rows: readonly ContactRow[]): Promise<Set<string>> {
    const given = rows.filter(({ attributes }) => Object.keys(attributes).length > 0);
    if (given.length === 0) return new Set();
    const found: { line: string }[] = await tx.query(
      `SELECT given.line FROM unnest($2::text[], $3::jsonb[]) AS given (line, attributes)
       JOIN contacts contact ON contact.tenant_id = $1 AND contact.id = ${ownerOf('given.line')}
       WHERE NOT contact.attributes @> given.attributes
         AND ${beyondLimitSql('contact.attributes || given.attributes', 'contact.attributes')}`,
      [
        tenantId,
        given.map(({ address }) => lineOf(address)),
        given.map(({ attributes }) => JSON.stringify(attributes)),
      ],
    );
    return new Set(found.map(({ line }) => line));
  }
}

type PlacedRow = ContactRow & {
  /** As it was given. */
  asked: string;
  /** Of the contact it is written to. */
  line: string;
};

/** Two numbers of one person in one file are one contact, which a statement writes once: the later row comes after. */
function rounds(rows: readonly PlacedRow[]): PlacedRow[][] {
  const found: PlacedRow[][] = [];
  const met = new Map<string, number>();
  for (const row of rows) {
    const round = met.get(row.line) ?? 0;
    met.set(row.line, round + 1);
    (found[round] ??= []).push(row);
  }
  return found;
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
    INSERT INTO contacts AS contact (id, tenant_id, phone, address, name, attributes, tags, created_at, updated_at,
                                     opted_out_at, opt_out_source)
    SELECT input.id, $1, CASE WHEN starts_with(input.address, '+') THEN input.address END,
           CASE WHEN NOT starts_with(input.address, '+') THEN input.address END, input.name, input.attributes, input.tags::text[], $2, $2,
           CASE WHEN input.opt_out_source IS NOT NULL THEN $2::timestamptz END, input.opt_out_source
    FROM unnest($3::uuid[], $4::text[], $5::text[], $6::jsonb[], $7::text[], $8::text[])
      AS input (id, address, name, attributes, tags, opt_out_source)
    ORDER BY phone_line(input.address)
    ON CONFLICT (tenant_id, line) ${conflict}
    RETURNING contact.id, contact.line,
              coalesce(contact.opted_out_at = $2 AND contact.opt_out_source = 'import', false) AS "optedOutNow"`;
}

import type { Tx } from '../../db/index.js';
import { lineBeginnings, lineOf } from '../../lib/phone-line.js';
import { jsonReadings, type ContactFilter } from './core/filter.js';
import { ownerOf } from './identities/identity.repository.js';

/**
 * How many contacts a search looks at, newest first, before it asks the search index. What is common fills a page
 * within this window; what is rare is found through the index. Either way the cost stays bounded however many contacts
 * there are, also when the planner misjudges how common something is.
 */
const WINDOW = 10_000;
/** How many contacts are found by a further identity that begins so, such as a LID. */
const MOST_FURTHER = 1_000;
/** Of a list: each of its members is looked up. */
const LIST_WINDOW = 3_000;

/**
 * Finds contacts by filters among very many. Every shape of query below has an index; a test looks at their plans.
 * `tenant_id BETWEEN $1 AND $1` beside an order by tenant and id allows only the tenant's own index: with `=` the
 * planner may walk the primary key through all other tenants' contacts instead.
 */
export class ContactSearchRepository {
  /** Newest first; at most `limit` ids older than `beforeId`. */
  async findIds(
    tx: Tx,
    tenantId: string,
    filter: ContactFilter,
    page: { limit: number; beforeId?: string },
  ): Promise<string[]> {
    for (const query of searchQueries(tenantId, filter, page)) {
      const rows: { id: string }[] = await tx.query(query.sql, query.parameters);
      if (rows.length === page.limit || query.isComplete) return rows.map(({ id }) => id);
    }
    return [];
  }

  /** Oldest first, for work that goes through all of them: at most `limit` ids behind `afterId`. */
  async nextIds(
    tx: Tx,
    tenantId: string,
    filter: ContactFilter,
    page: { limit: number; afterId?: string },
  ): Promise<string[]> {
    const sql = new Conditions(tenantId);
    sql.walked(filter);
    sql.searched(filter);
    if (page.afterId !== undefined) sql.add(`c.id > ${sql.value(page.afterId)}`);
    const rows: { id: string }[] = await tx.query(
      `SELECT c.id FROM ${sql.from} WHERE ${sql.where} ORDER BY ${sql.order('ASC')} LIMIT ${page.limit}`,
      sql.parameters,
    );
    return rows.map(({ id }) => id);
  }

  /**
   * The keys of attributes that these contacts have, in the order of the alphabet: all, or those among the given ones; at
   * most `most`.
   */
  async attributeKeys(
    tx: Tx,
    tenantId: string,
    filter: ContactFilter,
    { among, most }: { among?: readonly string[]; most: number },
  ): Promise<string[]> {
    const sql = new Conditions(tenantId);
    sql.walked(filter);
    sql.searched(filter);
    sql.indexed(filter);
    const asked = among === undefined ? 'true' : `key = ANY(${sql.value(among)}::text[])`;
    const rows: { key: string }[] = await tx.query(
      `SELECT DISTINCT key FROM ${sql.from}, LATERAL jsonb_object_keys(c.attributes) AS key
       WHERE ${sql.where} AND ${asked} ORDER BY key LIMIT ${most}`,
      sql.parameters,
    );
    return rows.map(({ key }) => key);
  }

  /** How many bytes the attributes of these contacts take, in the order of the ids. */
  attributeSizes(tx: Tx, tenantId: string, ids: readonly string[]): Promise<{ id: string; bytes: number }[]> {
    return tx.query(
      `SELECT id, octet_length(attributes::text) AS bytes FROM contacts
       WHERE tenant_id = $1 AND id = ANY($2::uuid[]) ORDER BY id`,
      [tenantId, ids],
    );
  }

  /** How many characters the attributes of these contacts have together. */
  async attributeCharacters(tx: Tx, tenantId: string, ids: readonly string[]): Promise<number> {
    const [row]: { characters: number }[] = await tx.query(
      `SELECT coalesce(sum(length(attributes::text)), 0)::float8 AS characters FROM contacts
       WHERE tenant_id = $1 AND id = ANY($2::uuid[])`,
      [tenantId, ids],
    );
    return row?.characters ?? 0;
  }

  async count(tx: Tx, tenantId: string, filter: ContactFilter): Promise<number> {
    const sql = new Conditions(tenantId);
    sql.walked(filter);
    sql.searched(filter);
    sql.indexed(filter);
    const [row]: { count: number }[] = await tx.query(
      `SELECT count(*)::int AS count FROM ${sql.from} WHERE ${sql.where}`,
      sql.parameters,
    );
    return row?.count ?? 0;
  }
}

export interface SearchQuery {
  sql: string;
  parameters: unknown[];
  /** Nothing is left to be found by another query. */
  isComplete: boolean;
}

/** The queries that answer a page, to be asked in this order until one fills it. */
export function searchQueries(
  tenantId: string,
  filter: ContactFilter,
  page: { limit: number; beforeId?: string },
): SearchQuery[] {
  // The one contact of a number is looked up, and not looked for on a list.
  if (lineAsked(filter) !== undefined) return [searchIndex(tenantId, filter, page)];
  const isSearch = filter.q !== undefined || filter.tags?.length || filter.attributes;
  const isRareOnList = filter.listId !== undefined && (filter.optedOut === true || filter.hasPhone === false);
  if (!isSearch && !isRareOnList) return [walk(tenantId, filter, page)];
  return [searchWindow(tenantId, filter, page), searchIndex(tenantId, filter, page)];
}

function walk(tenantId: string, filter: ContactFilter, page: { limit: number; beforeId?: string }) {
  const sql = conditions(tenantId, filter, page.beforeId);
  sql.searched(filter);
  return {
    sql: `SELECT c.id FROM ${sql.from} WHERE ${sql.where} ORDER BY ${sql.order('DESC')} LIMIT ${page.limit}`,
    parameters: sql.parameters,
    isComplete: true,
  };
}

function searchWindow(tenantId: string, filter: ContactFilter, page: { limit: number; beforeId?: string }) {
  // No index leads to the opted-out members of a list: the window ends after so many members, opted out or not.
  const onList = filter.listId !== undefined;
  const walked = onList ? { ...filter, optedOut: undefined, hasPhone: undefined } : filter;
  const sql = conditions(tenantId, walked, page.beforeId);
  const newest = `SELECT c.id, c.name, c.phone, c.line, c.tags, c.attributes, c.opted_out_at FROM ${sql.from}
    WHERE ${sql.where} ORDER BY ${sql.order('DESC')} LIMIT ${onList ? LIST_WINDOW : WINDOW}`;
  const search = new Conditions(tenantId, sql.parameters);
  if (onList && filter.optedOut !== undefined) search.add(optOutCondition(filter.optedOut));
  if (onList && filter.hasPhone !== undefined) search.add(phoneCondition(filter.hasPhone));
  search.searched(filter);
  return {
    sql: `SELECT c.id FROM (${newest}) c WHERE ${search.where} ORDER BY c.id DESC LIMIT ${page.limit}`,
    parameters: sql.parameters,
    isComplete: false,
  };
}

/** OFFSET 0 keeps the planner from walking in the order of ids after all. */
function searchIndex(tenantId: string, filter: ContactFilter, page: { limit: number; beforeId?: string }) {
  const sql = new Conditions(tenantId);
  const tenant = sql.value(tenantId);
  sql.add(`c.tenant_id = ${tenant}`);
  if (page.beforeId !== undefined) sql.add(`c.id < ${sql.value(page.beforeId)}`);
  const line = lineAsked(filter);
  if (line !== undefined) sql.add(`c.id = ${ownerOf(sql.value(line), tenant)}`);
  if (filter.optedOut !== undefined) sql.add(optOutCondition(filter.optedOut));
  if (filter.hasPhone !== undefined) sql.add(phoneCondition(filter.hasPhone));
  if (filter.listId !== undefined) {
    const list = sql.value(filter.listId);
    sql.add(
      `EXISTS (SELECT FROM contact_list_members m
               WHERE m.list_id = ${list} AND m.contact_id = c.id AND m.tenant_id = ${tenant})`,
    );
  }
  sql.searched(filter);
  sql.indexed(filter);
  return {
    sql: `SELECT id FROM (SELECT c.id FROM contacts c WHERE ${sql.where} OFFSET 0) found
          ORDER BY id DESC LIMIT ${page.limit}`,
    parameters: sql.parameters,
    isComplete: true,
  };
}

function conditions(tenantId: string, filter: ContactFilter, beforeId?: string): Conditions {
  const sql = new Conditions(tenantId);
  sql.walked(filter);
  if (beforeId !== undefined) {
    const column = filter.listId === undefined ? 'c.id' : 'm.contact_id';
    sql.add(`${column} < ${sql.value(beforeId)}`);
  }
  return sql;
}

/** Collects conditions on contacts `c` and their parameters. */
class Conditions {
  from = 'contacts c';
  private readonly parts: string[] = [];
  private key = { constant: 'c.tenant_id', id: 'c.id' };

  constructor(
    private readonly tenantId: string,
    readonly parameters: unknown[] = [],
  ) {}

  get where(): string {
    return this.parts.join(' AND ');
  }

  order(direction: 'ASC' | 'DESC'): string {
    return `${this.key.constant} ${direction}, ${this.key.id} ${direction}`;
  }

  add(condition: string): void {
    this.parts.push(condition);
  }

  value(value: unknown): string {
    this.parameters.push(value);
    return `$${this.parameters.length}`;
  }

  /** What an index gives in the order of ids. */
  walked(filter: ContactFilter): void {
    const tenant = this.value(this.tenantId);
    if (filter.listId === undefined) {
      this.add(`c.tenant_id BETWEEN ${tenant} AND ${tenant}`);
    } else {
      const list = this.value(filter.listId);
      // LATERAL with a LIMIT looks contacts up one by one; a join may read all of them to find a few.
      this.from = `contact_list_members m CROSS JOIN LATERAL (
        SELECT * FROM contacts WHERE id = m.contact_id AND tenant_id = ${tenant} LIMIT 1) c`;
      this.key = { constant: 'm.list_id', id: 'm.contact_id' };
      this.add(`m.list_id BETWEEN ${list} AND ${list} AND m.tenant_id = ${tenant}`);
    }
    const line = lineAsked(filter);
    if (line !== undefined) {
      this.add(`c.tenant_id = ${tenant} AND c.id = ${ownerOf(this.value(line), tenant)}`);
    }
    if (filter.optedOut !== undefined) this.add(optOutCondition(filter.optedOut));
    if (filter.hasPhone !== undefined) this.add(phoneCondition(filter.hasPhone));
  }

  /** What the search index finds, in no order. */
  searched(filter: ContactFilter): void {
    if (filter.tags?.length) this.add(`c.tags @> ${this.value(filter.tags)}::text[]`);
    for (const [key, value] of Object.entries(filter.attributes ?? {})) {
      const readings = jsonReadings(value).map(
        (reading) => `c.attributes @> ${this.value(JSON.stringify({ [key]: reading }))}::jsonb`,
      );
      this.add(`(${readings.join(' OR ')})`);
    }
    if (filter.q !== undefined) this.named(filter.q.trim());
  }

  /**
   * Where the index of letters knows nothing of a text, the grams of names do. Only beside the search index: computing
   * them for every row that is looked at costs more than comparing its name.
   */
  indexed({ q = '' }: ContactFilter): void {
    if (isAscii(q) || digitsOf(q) !== undefined) return;
    const text = `replace(lower(${this.value(q.trim())}::text), ' ', '  ')`;
    const given = isBeginning(q.trim()) ? `'  ' || ${text}` : text;
    this.add(
      `contact_name_grams(c.name) @> ARRAY(
         SELECT substr(given.text, i, 3) FROM (SELECT ${given} AS text) AS given
         CROSS JOIN LATERAL generate_series(1, length(given.text) - 2) AS i)`,
    );
  }

  private named(q: string): void {
    const text = q.replace(/[\\%_]/g, '\\$&');
    const patterns = isBeginning(q) ? [`${text}%`, `% ${text}%`] : [`%${text}%`];
    // Hidden from the index of letters where that has nothing to find it by, and would be read whole.
    const name = isAscii(q) ? 'c.name' : `(c.name || '')`;
    const parts = patterns.map((pattern) => `${name} ILIKE ${this.value(pattern)}`);
    const digits = digitsOf(q);
    if (digits !== undefined) {
      // Whatever form the contact has, and whatever form was asked for.
      const beginnings = [...lineBeginnings(`+${digits}`), `lid:${digits}`].map((start) =>
        this.value(`${start}%`),
      );
      parts.push(...beginnings.map((beginning) => `c.line LIKE ${beginning}`));
      // As an array, so that the ids are looked up in an index beside the others.
      const further = beginnings.map((beginning) => `i.line LIKE ${beginning}`).join(' OR ');
      parts.push(`c.id = ANY(ARRAY(
        SELECT i.contact_id FROM contact_identities i
        WHERE i.tenant_id = ${this.value(this.tenantId)} AND i.until IS NULL AND (${further})
        ORDER BY i.contact_id DESC LIMIT ${MOST_FURTHER}))`);
    }
    this.add(`(${parts.join(' OR ')})`);
  }
}

/** The line by which one contact is asked for. */
function lineAsked({ phoneNumber, address }: ContactFilter): string | undefined {
  return phoneNumber === undefined ? address : lineOf(phoneNumber);
}

function phoneCondition(hasPhone: boolean): string {
  return `c.phone IS ${hasPhone ? 'NOT NULL' : 'NULL'}`;
}

function optOutCondition(optedOut: boolean): string {
  return `c.opted_out_at IS ${optedOut ? 'NOT NULL' : 'NULL'}`;
}

/** The index knows threes of letters: where a text has none, only the beginnings of words are found. */
function isBeginning(q: string): boolean {
  if (/^.{1,2}$/u.test(q)) return true;
  return isAscii(q) && !/[a-z0-9]{3}|[^a-z0-9][a-z0-9]|[a-z0-9]{2}[^a-z0-9]/i.test(q);
}

/** Of a text that can be the start of a number. */
function digitsOf(q: string): string | undefined {
  const digits = q.replace(/[\s().\-+]/g, '');
  return /^\d+$/.test(digits) ? digits : undefined;
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

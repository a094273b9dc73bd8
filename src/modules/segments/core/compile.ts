import { numbersOfCountry } from '../../../lib/phone-country.js';
import { lineBeginnings, lineOf } from '../../../lib/phone-line.js';
import {
  DAY_TEXT,
  daysBefore,
  lastDays,
  MOMENT_TEXT,
  AMBIGUOUS_NUMBER_TEXT,
  NUMBER_TEXT,
  storedForms,
  type Activity,
  type AskedAt,
  type AttributeTest,
  type Condition,
  type Filter,
  type Question,
  type TextTest,
  type TimeTest,
} from './filter.js';

/** A condition for a WHERE over `contacts`, its values apart. */
export interface CompiledFilter {
  sql: string;
  /** For the parameters from `firstParameter` on. */
  values: unknown[];
}

interface CompileOptions extends AskedAt {
  /** The number of the first free parameter, such as 3 for `$3`. */
  firstParameter: number;
  /** The parameter that holds the tenant's id, such as `$1`. */
  tenant: string;
}

/** What a condition becomes; `nullable` when it may be neither true nor false, as it is of a value that is missing. */
interface Predicate {
  sql: string;
  nullable: boolean;
}

/**
 * A filter as SQL over the table `contacts` (by that name). Every value is a parameter. Negations are carried down to
 * the conditions: what is asked positively stays bare, so that an index can answer it, and a missing value is a "no" to
 * every question and therefore a "yes" to its negation.
 */
export function compileFilter(filter: Filter, options: CompileOptions): CompiledFilter {
  const compiler = new Compiler(options);
  return { sql: compiler.node(filter, false), values: compiler.values };
}

class Compiler {
  readonly values: unknown[] = [];

  constructor(private readonly options: CompileOptions) {}

  node(filter: Filter, negated: boolean): string {
    if ('not' in filter) return this.node(filter.not, !negated);
    if ('condition' in filter) return this.condition(filter.condition, negated);
    const [items, joint] = 'all' in filter ? [filter.all, 'AND'] : [filter.any, 'OR'];
    const word = negated ? (joint === 'AND' ? 'OR' : 'AND') : joint;
    return `(${items.map((item) => this.node(item, negated)).join(` ${word} `)})`;
  }

  private condition(condition: Condition, negated: boolean): string {
    const { sql, nullable } = this.predicate(condition);
    if (condition.negate === negated) return sql;
    return nullable ? `(${sql}) IS NOT TRUE` : `NOT (${sql})`;
  }

  private predicate(question: Question): Predicate {
    switch (question.on) {
      case 'name':
        return { sql: this.text('contacts.name', question.test), nullable: true };
      case 'phoneNumber':
        return { sql: this.number(question.test), nullable: question.test.kind === 'contains' };
      case 'identity':
        return { sql: this.identity(question.kinds), nullable: false };
      case 'attribute':
        return { sql: this.attribute(question.key, question.test), nullable: true };
      case 'country':
        return { sql: this.countries(question.countries), nullable: true };
      case 'tags':
        return question.test.kind === 'exists'
          ? { sql: `contacts.tags <> '{}'`, nullable: false }
          : { sql: `contacts.tags && ${this.value(question.test.tags)}::text[]`, nullable: false };
      case 'createdAt':
        return { sql: this.time('contacts.created_at', question.test), nullable: false };
      case 'optedOut':
        return { sql: 'contacts.opted_out_at IS NOT NULL', nullable: false };
      case 'consent':
        return { sql: this.consent(question.is), nullable: false };
      case 'list':
        return { sql: this.list(question.ids), nullable: false };
      case 'activity':
        return { sql: this.activity(question), nullable: false };
    }
  }

  private text(column: string, test: TextTest): string {
    switch (test.kind) {
      case 'anyOf':
        return `${column} = ANY(${this.value(test.values)}::text[])`;
      case 'exists':
        return `${column} ~ '\\S'`;
      case 'contains':
        return `${column} ILIKE ${this.value(`%${escapeLike(test.text)}%`)}`;
      case 'startsWith':
        return `${column} ILIKE ${this.value(`${escapeLike(test.text)}%`)}`;
    }
  }

  /**
   * A number, or the beginning of one, finds its lines, in whatever form the contacts have them. A whole number finds its
   * contact also as a further one; beginnings and parts are compared with the number a contact goes by.
   */
  private number(test: TextTest): string {
    if (test.kind === 'exists') return 'contacts.phone IS NOT NULL';
    if (test.kind === 'anyOf') return this.hasNumber(test.values.map(lineOf));
    if (test.kind !== 'startsWith') return this.text('contacts.phone', test);
    // A number has no upper and lower case: LIKE can use an index where ILIKE cannot.
    const begins = (text: string) => `contacts.line LIKE ${this.value(`${escapeLike(text)}%`)}`;
    return `(${lineBeginnings(test.text).map(begins).join(' OR ')})`;
  }

  /** Found first, each through an index: joined by OR, the further numbers would be asked of every contact. */
  private hasNumber(lines: string[]): string {
    const { tenant } = this.options;
    const asked = `ANY(${this.value(lines)}::text[])`;
    return `contacts.id = ANY(ARRAY(
      SELECT own.id FROM contacts own WHERE own.tenant_id = ${tenant} AND own.line = ${asked}
      UNION ALL
      SELECT known.contact_id FROM contact_identities known
      WHERE known.tenant_id = ${tenant} AND known.line = ${asked} AND known.until IS NULL))`;
  }

  /** One of them is in the contact itself, others are beside it. */
  private identity(kinds: string[]): string {
    const asked = `ANY(${this.value(kinds)}::text[])`;
    return `(CASE WHEN contacts.phone IS NOT NULL THEN 'phone' ELSE split_part(contacts.line, ':', 1) END = ${asked}
      OR EXISTS (SELECT FROM contact_identities known WHERE known.contact_id = contacts.id
        AND known.tenant_id = ${this.options.tenant} AND known.until IS NULL AND known.kind = ${asked}))`;
  }

  private attribute(key: string, test: AttributeTest): string {
    switch (test.kind) {
      case 'anyOf':
        return this.attributeAnyOf(key, test.values.flatMap(storedForms));
      case 'exists':
        return this.attributeExists(key);
      case 'contains':
        return this.attributeContains(key, test.text);
      case 'startsWith':
        return `(${this.hasScalar(key)} AND ${this.attributeText(key)} ILIKE ${this.value(`${escapeLike(test.text)}%`)})`;
      case 'greater':
      case 'less': {
        const sign = test.kind === 'greater' ? '>' : '<';
        const text = this.attributeText(key);
        return `CASE WHEN ${this.isNumber(key)} THEN ${text}::numeric ${sign} ${this.value(String(test.than))}::numeric END`;
      }
      case 'after':
        return `${this.attributeDay(key)} > ${this.value(test.day)}::text COLLATE "C"`;
      case 'before':
        return `${this.attributeDay(key)} < ${this.value(test.day)}::text COLLATE "C"`;
      case 'withinDays':
        return this.attributeWithin(key, test.days);
    }
  }

  /** A number, or a text that is one to everybody. */
  private isNumber(key: string): string {
    const text = this.attributeText(key);
    const isText = `jsonb_typeof(contacts.attributes -> ${this.value(key)}::text) = 'string'`;
    return `${text} ~ '${NUMBER_TEXT}' AND NOT (${isText} AND ${text} ~ '${AMBIGUOUS_NUMBER_TEXT}')`;
  }

  /** Few forms are asked one by one, each of which an index on the attributes can answer. */
  private attributeAnyOf(key: string, forms: unknown[]): string {
    if (forms.length > 10) {
      const list = forms.map((form) => JSON.stringify(form));
      return `contacts.attributes -> ${this.value(key)}::text = ANY(${this.value(list)}::jsonb[])`;
    }
    const asked = forms.map(
      (form) => `contacts.attributes @> ${this.value(JSON.stringify({ [key]: form }))}::jsonb`,
    );
    return `(${asked.join(' OR ')})`;
  }

  /** A part of a text, or one of a list's values. */
  private attributeContains(key: string, text: string): string {
    const forms = storedForms(text).map((form) => JSON.stringify([form]));
    const value = `contacts.attributes -> ${this.value(key)}::text`;
    const inList = forms.map((form) => `${value} @> ${this.value(form)}::jsonb`).join(' OR ');
    const inText = `${this.attributeText(key)} ILIKE ${this.value(`%${escapeLike(text)}%`)}`;
    return `CASE jsonb_typeof(${value}) WHEN 'array' THEN ${inList} WHEN 'object' THEN false ELSE ${inText} END`;
  }

  /** A list without values is none. */
  private attributeExists(key: string): string {
    const text = this.attributeText(key);
    return `(${text} ~ '\\S' AND ${text} NOT IN ('[]', '{}'))`;
  }

  private attributeText(key: string): string {
    return `(contacts.attributes ->> ${this.value(key)}::text)`;
  }

  private hasScalar(key: string): string {
    return `jsonb_typeof(contacts.attributes -> ${this.value(key)}::text) NOT IN ('array', 'object')`;
  }

  /** The first ten characters where they are a day; days in ISO 8601 sort as texts. */
  private attributeDay(key: string): string {
    const text = this.attributeText(key);
    return `CASE WHEN ${text} ~ '${DAY_TEXT}' THEN left(${text}, 10) END`;
  }

  /** A day is one of the tenant's calendar; a moment lies in one of the tenant's days, whatever zone it is written in. */
  private attributeWithin(key: string, days: number): string {
    const { firstDay, today, from, until } = lastDays(this.options, days);
    const text = this.attributeText(key);
    const day = `left(${text}, 10)`;
    return `CASE
      WHEN ${text} ~ '${MOMENT_TEXT}' THEN ${text}::timestamptz >= ${this.value(from)}::timestamptz
        AND ${text}::timestamptz < ${this.value(until)}::timestamptz
      WHEN ${text} ~ '${DAY_TEXT}' THEN ${day} >= ${this.value(firstDay)}::text COLLATE "C"
        AND ${day} <= ${this.value(today)}::text COLLATE "C" END`;
  }

  private time(column: string, test: TimeTest): string {
    switch (test.kind) {
      case 'after':
        return `${column} > ${this.value(test.at)}::timestamptz`;
      case 'before':
        return `${column} < ${this.value(test.at)}::timestamptz`;
      case 'withinDays':
        return `${column} >= ${this.value(daysBefore(this.options.now, test.days))}::timestamptz`;
    }
  }

  private countries(countries: string[]): string {
    const asked = countries.map((country) => {
      const numbers = numbersOfCountry(country);
      if (!numbers) return 'false';
      const prefix = `contacts.phone LIKE ${this.value(`${numbers.prefix}%`)}`;
      return numbers.pattern === undefined
        ? prefix
        : `(${prefix} AND contacts.phone ~ ${this.value(numbers.pattern)})`;
    });
    return `(${asked.join(' OR ')})`;
  }

  /** What the person said last. */
  private consent(is: string): string {
    return `coalesce((SELECT consent.kind FROM contact_consents consent WHERE consent.contact_id = contacts.id
      ORDER BY consent.at DESC, consent.id DESC LIMIT 1), 'none') = ${this.value(is)}`;
  }

  private list(ids: string[]): string {
    return `EXISTS (SELECT FROM contact_list_members member WHERE member.contact_id = contacts.id
      AND member.tenant_id = ${this.options.tenant} AND member.list_id = ANY(${this.value(ids)}::uuid[]))`;
  }

  private activity({ activity, campaignId, withinDays }: Extract<Question, { on: 'activity' }>): string {
    const { states, at } = ACTIVITIES[activity];
    const conditions = [
      `got.contact_id = contacts.id AND got.tenant_id = ${this.options.tenant}`,
      states === undefined ? `${at} IS NOT NULL` : `got.state IN (${states})`,
    ];
    if (campaignId !== undefined) conditions.push(`got.campaign_id = ${this.value(campaignId)}::uuid`);
    if (withinDays !== undefined) {
      conditions.push(`${at} >= ${this.value(daysBefore(this.options.now, withinDays))}::timestamptz`);
    }
    return `EXISTS (SELECT FROM deliveries got WHERE ${conditions.join(' AND ')})`;
  }

  private value(value: unknown): string {
    this.values.push(value);
    return `$${this.options.firstParameter + this.values.length - 1}`;
  }
}

/** What a recipient's row shows of each; without states, the time itself is the proof. */
const ACTIVITIES: Record<Activity, { states?: string; at: string }> = {
  received: { states: `'sent', 'delivered', 'read'`, at: 'got.sent_at' },
  delivered: { states: `'delivered', 'read'`, at: 'coalesce(got.delivered_at, got.read_at)' },
  read: { states: `'read'`, at: 'got.read_at' },
  replied: { at: 'got.replied_at' },
  failed: { states: `'failed'`, at: 'got.updated_at' },
};

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}

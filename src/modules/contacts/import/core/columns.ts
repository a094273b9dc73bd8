import { normalisePhone } from '../../../../lib/phone.js';
import { attributeKey, keyError } from '../../core/attributes.js';
import { isTagTitle, nameRole, phoneTitleIndex, plainTitle, type NameRole } from './titles.js';

/** Which column of the file means what. Indexes count from 0. */
export interface ColumnPlan {
  /** False when the first row is a contact already. */
  hasHeader: boolean;
  /** Titles as they stand in the file; `column 1`... without a header. */
  titles: string[];
  phone: number;
  /** Joined with a space: one column, or first and last name. */
  name: number[];
  /** Columns whose cells hold tags. */
  tags: number[];
  attributes: { index: number; key: string }[];
}

export type ColumnOutcome = { ok: true; plan: ColumnPlan } | { ok: false; reason: string };

/** What the caller says about columns: `phoneNumber`, `name`, `tags` or an attribute's key -> title, or position from 1. */
export type ColumnMapping = Readonly<Record<string, string>>;

/** Decides from the first row, the caller's mapping and the default country. */
export function planColumns(
  firstRow: readonly string[],
  mapping: ColumnMapping,
  defaultCountry?: string,
): ColumnOutcome {
  const titles = firstRow.map((title) => title.trim());
  const mapped = resolveMapping(titles, mapping);
  if (!mapped.ok) return mapped;

  const phoneTitle = mapped.columns.get('phoneNumber') ?? phoneTitleIndex(titles.map(plainTitle));
  const isPhone = (index: number) => normalisePhone(titles[index] ?? '', defaultCountry).ok;
  if (phoneTitle >= 0 && !isPhone(phoneTitle)) {
    return { ok: true, plan: planWithHeader(titles, phoneTitle, mapped.columns) };
  }
  const phone = mapped.columns.get('phoneNumber') ?? titles.findIndex((_, index) => isPhone(index));
  if (phone < 0) return { ok: false, reason: noPhoneColumn(titles) };
  return { ok: true, plan: planWithoutHeader(titles, phone, mapped.columns) };
}

type MappingOutcome = { ok: true; columns: Map<string, number> } | { ok: false; reason: string };

function resolveMapping(titles: readonly string[], mapping: ColumnMapping): MappingOutcome {
  const plainTitles = titles.map(plainTitle);
  const columns = new Map<string, number>();
  for (const [field, wanted] of Object.entries(mapping)) {
    const exact = titles.indexOf(wanted.trim());
    const similar = exact >= 0 ? exact : plainTitles.indexOf(plainTitle(wanted));
    const index = similar < 0 && /^\d{1,3}$/.test(wanted) ? Number(wanted) - 1 : similar;
    if (index < 0 || index >= titles.length) {
      const reason = `The mapping takes "${field}" from a column "${wanted}", which the file does not have. ${seen(titles)}`;
      return { ok: false, reason };
    }
    columns.set(field, index);
  }
  return { ok: true, columns };
}

function planWithHeader(titles: string[], phone: number, mapped: Map<string, number>): ColumnPlan {
  const roles = titles.map((title, index) => (index === phone ? undefined : nameRole(plainTitle(title))));
  const mappedName = mapped.get('name');
  const name = mappedName === undefined ? nameColumns(roles) : [mappedName];
  const tags = tagColumns(titles, mapped, phone);
  const attributes = attributeColumns(titles, mapped, (index) => {
    if (index === phone || tags.includes(index)) return false;
    // First and last names stay usable by themselves: {{contact.first_name}}.
    return !(name.length === 1 && name[0] === index) || roles[index] === 'firstName';
  });
  return { hasHeader: true, titles, phone, name, tags, attributes };
}

/** A mapping decides alone, also when it makes an attribute of a column with that title. */
function tagColumns(titles: readonly string[], mapped: ReadonlyMap<string, number>, phone: number): number[] {
  const named = mapped.get('tags');
  if (named !== undefined) return [named];
  const taken = new Set([phone, ...mapped.values()]);
  return titles.flatMap((title, index) =>
    !taken.has(index) && isTagTitle(plainTitle(title)) ? [index] : [],
  );
}

/** `name` alone is a whole name, unless a column of first or of last names says that it is the other half. */
function nameColumns(roles: (NameRole | undefined)[]): number[] {
  const [full, name, first, last] = (['fullName', 'name', 'firstName', 'lastName'] as const).map((role) =>
    roles.indexOf(role),
  ) as [number, number, number, number];
  if (full >= 0) return [full];
  if (name >= 0 && first >= 0 && last >= 0) return [name];
  if (name >= 0 && first >= 0) return [first, name];
  if (name >= 0 && last >= 0) return [name, last];
  return [name, first, last].filter((index) => index >= 0);
}

function planWithoutHeader(firstRow: string[], phone: number, mapped: Map<string, number>): ColumnPlan {
  const titles = firstRow.map((_, index) => `column ${index + 1}`);
  const named = mapped.get('name') ?? firstRow.findIndex((cell, at) => at !== phone && /\p{L}/u.test(cell));
  const name = named >= 0 ? [named] : [];
  const tagged = mapped.get('tags');
  const tags = tagged === undefined ? [] : [tagged];
  const attributes = attributeColumns(
    titles,
    mapped,
    (index) => index !== phone && index !== named && index !== tagged,
  );
  return { hasHeader: false, titles, phone, name, tags, attributes };
}

/** What a mapping can name besides attributes. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['phoneNumber', 'name', 'tags']);

/** Why a mapping cannot name this field, if it cannot. */
export function mappingError(field: string): string | undefined {
  if (OWN_FIELDS.has(field)) return undefined;
  return field === 'phone' ? 'The number of a contact is called phoneNumber.' : keyError(field);
}

/** Mapped keys as the caller wrote them; all other wanted columns under a safe form of their title. */
function attributeColumns(
  titles: readonly string[],
  mapped: ReadonlyMap<string, number>,
  wanted: (index: number) => boolean,
): ColumnPlan['attributes'] {
  const columns = [...mapped]
    .filter(([field]) => !OWN_FIELDS.has(field))
    .map(([key, index]) => ({ index, key }));
  const taken = new Set(columns.map(({ key }) => key));
  const done = new Set(columns.map(({ index }) => index));
  titles.forEach((title, index) => {
    if (!wanted(index) || done.has(index)) return;
    const key = attributeKey(title, index + 1, taken);
    taken.add(key);
    columns.push({ index, key });
  });
  return columns;
}

function noPhoneColumn(titles: readonly string[]): string {
  return `No column holds phone numbers. ${seen(titles)} Name one of them "phoneNumber", or send a mapping such as {"phoneNumber":"<title>"}.`;
}

function seen(titles: readonly string[]): string {
  const list = titles.slice(0, 20).map((title) => `"${title.slice(0, 60)}"`);
  return `The first row has: ${list.join(', ')}${titles.length > 20 ? ', ...' : ''}.`;
}

import { firstPhone } from '../../../../lib/phone.js';
import { attributeKey, keyError } from '../../core/attributes.js';
import { withAreas } from './area-column.js';
import { likelyCountries } from './likely-country.js';
import { identityColumns, type IdentityColumn } from './identity-columns.js';
import { OWN_FIELDS, resolveMapping, seen, type ColumnMapping } from './mapping.js';
import { mappedOptOutKind } from './opt-out-column.js';
import { rejectionColumns } from './own-columns.js';
import type { PhoneColumn } from './phone-columns.js';
import { parseTitles, type OptOutColumn, type TitleReading } from './title-reading.js';
import type { NameRole } from './name-title.js';

/** Which column of the file means what. Indexes count from 0. */
export interface ColumnPlan {
  /** False when the first row is a contact already. */
  hasHeader: boolean;
  /** Titles as they stand in the file; `column 1`... without a header. */
  titles: string[];
  /** The column of numbers. */
  phone: number;
  /** It, and those that are looked at where it holds no usable number. */
  phones: PhoneColumn[];
  /** Those that say which country the number of a row is from; the first that is not empty does. */
  countries: number[];
  /** Those that look like it by their cells alone: numbers that only fit these countries are not read as others. */
  likelyCountries: number[];
  /** Columns of LIDs and business-scoped ids; absent where there are none. */
  identities?: IdentityColumn[];
  /** Joined with a space: one column, or first, middle and last name. */
  name: number[];
  /** Columns whose cells hold tags. */
  tags: number[];
  /** Columns that say who opted out. */
  optOut: OptOutColumn[];
  attributes: AttributeColumn[];
  /** Columns in front that say why a row was rejected before. */
  rejection: number;
  /** An export of ours: nothing of an attribute's cell is dressing. */
  isExport: boolean;
}

export interface AttributeColumn {
  index: number;
  key: string;
  /** Its cells are true or false. */
  isBoolean?: true;
}

export type ColumnOutcome = { ok: true; plan: ColumnPlan } | { ok: false; reason: string };

interface Mapped {
  columns: ReadonlyMap<string, number>;
  booleans: ReadonlySet<string>;
}

/**
 * Decides from a row, the caller's mapping and the default country whether it has the titles, and what each column means.
 * The first few rows `below` help where titles mislead.
 */
export function planColumns(
  row: readonly string[],
  mapping: ColumnMapping,
  defaultCountry?: string,
  below: readonly (readonly string[])[] = [],
): ColumnOutcome {
  const titles = row.map((title) => title.trim());
  const mapped = resolveMapping(titles, mapping);
  if (!mapped.ok) return mapped;

  const isPhone = (index: number) => firstPhone(titles[index] ?? '', defaultCountry).ok;
  const given = mapped.columns.get('phoneNumber');
  const firstNumber = titles.findIndex((_, index) => isPhone(index));
  if (given !== undefined ? isPhone(given) : firstNumber >= 0) {
    return { ok: true, plan: planWithoutHeader(titles, given ?? firstNumber, mapped) };
  }
  const read = parseTitles(titles, below);
  const identities = identityColumns(titles, mapped.columns);
  const isIdentity = (index: number) => identities.some((column) => column.index === index);
  const found: PhoneColumn[] =
    given === undefined ? read.phones.filter(({ index }) => !isIdentity(index)) : [{ index: given }];
  if (found.length === 0 && identities.length === 0) return { ok: false, reason: noPhoneColumn(titles) };
  const phones = read.isExport ? found : withAreas(titles, below, found, defaultCountry);
  const areas = areasOf(phones);
  const countries = read.countries.filter((index) => !areas.includes(index));
  const known = { phones, others: [...areas, ...countries] };
  const likely = read.isExport ? [] : likelyCountries(titles, below, known, defaultCountry);
  return {
    ok: true,
    plan: {
      ...planWithHeader(titles, { ...read, phones, countries }, mapped, identities),
      likelyCountries: likely,
    },
  };
}

/** The columns of area codes. */
export function areasOf(phones: readonly PhoneColumn[]): number[] {
  return [...new Set(phones.flatMap(({ area }) => area?.index ?? []))];
}

function planWithHeader(
  titles: string[],
  read: TitleReading,
  mapped: Mapped,
  identities: readonly IdentityColumn[],
): Omit<ColumnPlan, 'likelyCountries'> {
  const phone = read.phones[0]?.index ?? -1;
  const given = new Set(mapped.columns.values());
  /** A mapping decides alone, also when it makes an attribute of a column with that title. */
  const isFree = (index: number) => index !== phone && !given.has(index);
  const mappedName = mapped.columns.get('name');
  const roles = read.roles.map((role, index) => (index === phone ? undefined : role));
  const name = mappedName === undefined ? nameColumns(roles) : [mappedName];
  const mappedTags = mapped.columns.get('tags');
  const tags = mappedTags === undefined ? read.tags.filter(isFree) : [mappedTags];
  const optOut = optOutColumns(titles, read, mapped).filter(({ index }) => index !== phone);
  const left = new Set([
    phone,
    ...identities.map(({ index }) => index),
    ...read.ignored.filter(isFree),
    ...tags,
    ...onlyOptOut(optOut, mapped.columns.get('optedOut')),
  ]);
  const wanted = (index: number): boolean => {
    if (left.has(index)) return false;
    // First and last names stay usable by themselves: {{contact.first_name}}.
    return !(name.length === 1 && name[0] === index) || roles[index] === 'firstName';
  };
  const attributes = attributeColumns(titles, mapped, wanted, read.isExport);
  const { phones, countries, isExport } = read;
  const rejection = rejectionColumns(titles);
  return {
    hasHeader: true,
    titles,
    phone,
    phones,
    ...(identities.length > 0 && { identities: [...identities] }),
    countries,
    name,
    tags,
    optOut,
    attributes,
    rejection,
    isExport,
  };
}

/**
 * Also of a column that the mapping makes an attribute: it must not lose an opt-out. In a mapped column a yes means opted
 * out, but not where its title asks for a consent (`Accepts messages`, `Aceita?`): there a no does, whatever it is mapped to.
 */
function optOutColumns(titles: readonly string[], read: TitleReading, { columns }: Mapped): OptOutColumn[] {
  const named = columns.get('optedOut');
  const others = read.optOut.filter(({ index }) => index !== named);
  if (named === undefined) return others;
  return [{ index: named, kind: mappedOptOutKind(titles[named] ?? '') }, ...others];
}

/** What else a column says stays an attribute: a consent, a state. */
function onlyOptOut(columns: readonly OptOutColumn[], mapped: number | undefined): number[] {
  return columns.filter(({ kind, index }) => kind === 'out' || index === mapped).map(({ index }) => index);
}

/** `name` alone is a whole name, unless a column of first or of last names says that it is the other half. */
function nameColumns(roles: (NameRole | undefined)[]): number[] {
  const [full, name, first, middle, last] = (
    ['fullName', 'name', 'firstName', 'middleName', 'lastName'] as const
  ).map((role) => roles.indexOf(role)) as [number, number, number, number, number];
  if (full >= 0) return [full];
  if (name >= 0 && first >= 0 && last >= 0) return [name];
  const parts = first >= 0 ? [first, middle, name >= 0 ? name : last] : [name, middle, last];
  return parts.filter((index) => index >= 0);
}

function planWithoutHeader(firstRow: string[], phone: number, mapped: Mapped): ColumnPlan {
  const titles = firstRow.map((_, index) => `column ${index + 1}`);
  const given = new Set(mapped.columns.values());
  const named =
    mapped.columns.get('name') ??
    firstRow.findIndex((cell, at) => at !== phone && !given.has(at) && /\p{L}/u.test(cell));
  const name = named >= 0 ? [named] : [];
  const tagged = mapped.columns.get('tags');
  const tags = tagged === undefined ? [] : [tagged];
  const optedOut = mapped.columns.get('optedOut');
  const optOut: OptOutColumn[] = optedOut === undefined ? [] : [{ index: optedOut, kind: 'out' }];
  const left = new Set([phone, named, tagged, optedOut]);
  const attributes = attributeColumns(titles, mapped, (index) => !left.has(index));
  const phones = [{ index: phone }];
  const file = { hasHeader: false, countries: [], likelyCountries: [], rejection: 0, isExport: false };
  return { ...file, titles, phone, phones, name, tags, optOut, attributes };
}

/** Mapped keys as the caller wrote them; all other wanted columns under a safe form of their title. */
function attributeColumns(
  titles: readonly string[],
  { columns: mapped, booleans }: Mapped,
  wanted: (index: number) => boolean,
  keepsKeys = false,
): AttributeColumn[] {
  const columns = [...mapped]
    .filter(([field]) => !OWN_FIELDS.has(field))
    .map(([key, index]): AttributeColumn => ({
      index,
      key,
      ...(booleans.has(key) ? { isBoolean: true as const } : {}),
    }));
  const taken = new Set(columns.map(({ key }) => key));
  const done = new Set(columns.map(({ index }) => index));
  titles.forEach((title, index) => {
    if (!wanted(index) || done.has(index)) return;
    const isKey = keepsKeys && !taken.has(title) && keyError(title) === undefined;
    const key = isKey ? title : attributeKey(title, index + 1, taken);
    taken.add(key);
    columns.push({ index, key });
  });
  return columns;
}

function noPhoneColumn(titles: readonly string[]): string {
  return `No column holds phone numbers. ${seen(titles)} Name one of them "phoneNumber", or send a mapping such as {"phoneNumber":"<title>"}.`;
}

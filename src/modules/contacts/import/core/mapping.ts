import { keyError } from '../../core/attributes.js';
import { rejectionColumns } from './own-columns.js';
import { plainTitle } from './titles.js';

/** What a column's cells become. */
export const columnTypes = ['text', 'boolean'] as const;
export type ColumnType = (typeof columnTypes)[number];

/** A title, or a position from 1; with the type of its cells where they are not texts. */
export type MappedColumn = string | { column: string; type: ColumnType };

/** What the caller says about columns: `phoneNumber`, `lid`, `businessScopedId`, `name`, `tags`, `optedOut` or an attribute's key -> its column. */
export type ColumnMapping = Readonly<Record<string, MappedColumn>>;

export type MappingOutcome =
  { ok: true; columns: Map<string, number>; booleans: ReadonlySet<string> } | { ok: false; reason: string };

/** What a mapping can name besides attributes. */
export const OWN_FIELDS: ReadonlySet<string> = new Set([
  'phoneNumber',
  'lid',
  'businessScopedId',
  'name',
  'tags',
  'optedOut',
]);

/** Why a mapping cannot name this field, or give it this type, if it cannot. */
export function mappingError(field: string, mapped: MappedColumn): string | undefined {
  if (OWN_FIELDS.has(field)) {
    const isTyped = typeof mapped === 'object' && mapped.type !== 'text';
    return isTyped ? 'Only attributes have a type; give the title of the column alone.' : undefined;
  }
  return field === 'phone' ? 'The number of a contact is called phoneNumber.' : keyError(field);
}

/** Finds the mapped columns among the titles. */
export function resolveMapping(titles: readonly string[], mapping: ColumnMapping): MappingOutcome {
  const plainTitles = titles.map(plainTitle);
  const columns = new Map<string, number>();
  const booleans = new Set<string>();
  for (const [field, mapped] of Object.entries(mapping)) {
    const { column, type } = typeof mapped === 'string' ? { column: mapped, type: 'text' } : mapped;
    const index = columnIndex(titles, plainTitles, column);
    if (index === undefined) {
      const reason = `The mapping takes "${field}" from a column "${column}", which the file does not have. ${seen(titles)}`;
      return { ok: false, reason };
    }
    columns.set(field, index);
    if (type === 'boolean') booleans.add(field);
  }
  return { ok: true, columns, booleans };
}

function columnIndex(
  titles: readonly string[],
  plainTitles: readonly string[],
  wanted: string,
): number | undefined {
  const exact = titles.indexOf(wanted.trim());
  if (exact >= 0) return exact;
  const plain = plainTitle(wanted);
  const similar = plain === '' ? -1 : plainTitles.indexOf(plain);
  if (similar >= 0) return similar;
  // In a file of rejected rows the columns keep the positions they had.
  const inFront = rejectionColumns(titles);
  const position = /^\d{1,3}$/.test(wanted) ? inFront + Number(wanted) - 1 : -1;
  return position >= inFront && position < titles.length ? position : undefined;
}

/** The titles of a file, as far as they fit into an error. */
export function seen(titles: readonly string[]): string {
  const list = titles.slice(0, 20).map((title) => `"${title.slice(0, 60)}"`);
  return `The first row has: ${list.join(', ')}${titles.length > 20 ? ', ...' : ''}.`;
}

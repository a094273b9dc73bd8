import { areasOf, type ColumnPlan } from './columns.js';
import type { ColumnType } from './mapping.js';
import { storableText } from '../../../../lib/storable.js';

/** What each column of a file was taken for, by their titles. */
export interface ColumnReport {
  /** The column of numbers. */
  phoneNumber: string;
  /** Columns in which a number is looked for where that one has none: `Phone 2`. */
  otherPhoneNumbers: string[];
  /** Columns of LIDs and business-scoped ids; absent where there are none. */
  identities?: string[];
  /** Columns that say which country a number is from. */
  country: string[];
  /** Columns of area codes, which are put in front of the numbers. */
  areaCode: string[];
  name: string[];
  tags: string[];
  optedOut: string[];
  attributes: { key: string; column: string; type: ColumnType }[];
  /** Columns nothing was taken from. */
  ignored: string[];
}

export function reportColumns(plan: ColumnPlan): ColumnReport {
  const titles = plan.titles.map(storableText);
  const title = (index: number) => titles[index] ?? '';
  const [phone, ...others] = plan.phones.map(({ index }) => index);
  const optedOut = plan.optOut.map(({ index }) => index);
  const attributes = plan.attributes.map(({ index }) => index);
  const identities = (plan.identities ?? []).map(({ index }) => index);
  const taken = new Set([
    phone,
    ...others,
    ...identities,
    ...plan.name,
    ...plan.tags,
    ...optedOut,
    ...attributes,
  ]);
  return {
    phoneNumber: title(plan.phone),
    otherPhoneNumbers: others.map(title),
    ...(identities.length > 0 && { identities: identities.map(title) }),
    country: plan.countries.map(title),
    areaCode: areasOf(plan.phones).map(title),
    name: plan.name.map(title),
    tags: plan.tags.map(title),
    optedOut: optedOut.map(title),
    attributes: plan.attributes.map(({ index, key, isBoolean }) => ({
      key,
      column: title(index),
      type: isBoolean ? 'boolean' : 'text',
    })),
    ignored: titles.filter((_, index) => !taken.has(index)),
  };
}

/**
 * The titles above the cells of rejected rows: those of the file, or, where it has none, those by which the corrected rows
 * are read as before when they are imported again.
 */
export function rejectionTitles({ hasHeader, titles, phone, name, tags, attributes }: ColumnPlan): string[] {
  if (hasHeader) return titles;
  const known = new Map(attributes.map(({ index, key }) => [index, key]));
  for (const index of tags) known.set(index, 'tags');
  for (const index of name) known.set(index, 'name');
  known.set(phone, 'phone');
  return titles.map((title, index) => known.get(index) ?? title);
}

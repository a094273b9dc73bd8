import { withoutMarks } from '../../../../lib/csv.js';
import { storableText } from '../../../../lib/storable.js';
import {
  MAX_ATTRIBUTES,
  MAX_ATTRIBUTE_LENGTH,
  MAX_ATTRIBUTES_LENGTH,
  MAX_NAME_LENGTH,
  type Attributes,
} from '../../core/attributes.js';
import { importedValue } from '../../core/exported-values.js';
import { personName } from '../../../../lib/names.js';
import { cleanTags, splitTags, tagErrors } from '../../core/tags.js';
import { undressed, usable } from './cells.js';
import type { AttributeColumn, ColumnPlan } from './columns.js';
import { identitiesIn } from './identity-columns.js';
import { NOT_CSV } from './csv-rows.js';
import { parseOptOut } from './opt-out-column.js';
import { phoneOf } from './row-phone.js';
import { isNoAnswer, parseBoolean } from './truth.js';

/** A row of the file as text. `line` counts from 1: the line a csv row starts at, or the row of the sheet. */
export interface SourceRow {
  line: number;
  cells: string[];
  /** The cells with their line breaks as they are in the file, where these are no line feeds. */
  exact?: string[];
  /** The columns whose cells are numbers with decimals, of a sheet. */
  decimals?: ReadonlySet<number>;
  /** Why the row cannot be read, such as a quote that is never closed; its cells are then a guess. */
  error?: string;
}

export interface ImportedContact {
  kind: 'contact';
  /** What the contact goes by: a number in E.164, or another identity as core/identity.ts writes it. */
  phone: string;
  /** What else the person is known by; absent where the row says nothing of it. */
  also?: string[];
  name: string | null;
  attributes: Attributes;
  tags: string[];
  /** The row says that the person opted out; false says nothing. */
  optedOut: boolean;
  /** The row as rejected: with what the contact has already, its attributes may be too many. Absent without attributes. */
  source?: Pick<RejectedRow, 'line' | 'cells'>;
}

export interface RejectedRow {
  kind: 'rejected';
  line: number;
  reason: string;
  cells: string[];
  /** The number of a person who, as the row says, opted out: that counts, whatever else is wrong with the row. */
  optedOut?: string;
}

/** Reads one data row by the file's column plan. Empty and failed cells become no attribute at all. */
export function parseRow(
  given: SourceRow,
  plan: ColumnPlan,
  defaultCountry?: string,
): ImportedContact | RejectedRow {
  const row = plan.isExport && given.exact ? { ...given, cells: given.exact } : given;
  const identities = identitiesIn(row.cells, plan.identities ?? [], plan.titles);
  const phone = personOf(row.cells, plan, identities, defaultCountry);
  const optOuts = plan.optOut.map(({ index, kind }) => parseOptOut(usable(row.cells[index]), kind));
  const optedOut = optOuts.includes('out');
  const reject = (reason: string): RejectedRow => ({
    kind: 'rejected',
    line: row.line,
    reason,
    // Without the marks against formulas, which the file of rejected rows gets anew.
    cells: row.cells.map((cell, index) => rejectedCell(cell, row.decimals?.has(index) === true)),
    ...(optedOut && phone.ok ? { optedOut: phone.phone } : {}),
  });
  const broken = row.error ?? stillBroken(row.cells, plan) ?? surplusError(row.cells, plan);
  if (broken !== undefined) return reject(broken);
  if (!identities.ok) return reject(identities.reason);
  if (!phone.ok) return reject(phone.reason);

  const parts = plan.name.flatMap((index) => personName(usable(row.cells[index])) ?? []);
  const name = personName(parts.join(' '));
  if (name !== null && name.length > MAX_NAME_LENGTH)
    return reject(`the name is longer than ${MAX_NAME_LENGTH} characters`);

  const attributes = attributesOf(row, plan);
  if (typeof attributes === 'string') return reject(attributes);
  const tags = cleanTags(
    plan.tags.flatMap((index) => splitTags((plan.isExport ? undressed : usable)(row.cells[index]))),
  );
  const [tagError] = tagErrors(tags);
  if (tagError) return reject(tagError.message);

  const unclear = plan.optOut[optOuts.indexOf('unclear')];
  if (unclear) {
    return reject(
      `the cell "${plan.titles[unclear.index]}" says neither yes nor no: did this person opt out?`,
    );
  }
  const also = identities.addresses.filter((address) => address !== phone.phone);
  const person = { phone: phone.phone, ...(also.length > 0 && { also }) };
  const contact = { kind: 'contact', ...person, name, attributes, tags, optedOut } as const;
  if (Object.keys(attributes).length === 0) return contact;
  const { line, cells } = reject('');
  return { ...contact, source: { line, cells } };
}

/** The number of the row; where it has none, the first of its other identities. */
function personOf(
  cells: readonly string[],
  plan: ColumnPlan,
  identities: ReturnType<typeof identitiesIn>,
  defaultCountry: string | undefined,
): { ok: true; phone: string } | { ok: false; reason: string } {
  const [first] = identities.ok ? identities.addresses : [];
  const hasNumber = plan.phones.some(({ index }) => (cells[index] ?? '').trim() !== '');
  if (first !== undefined && !hasNumber) return { ok: true, phone: first };
  return phoneOf(cells, plan, defaultCountry);
}

/** `1.125` of a sheet gets another zero: a text with three decimals may be read as thousands. */
function rejectedCell(cell: string, isDecimal: boolean): string {
  return isDecimal && /\.\d{3}$/.test(cell) ? `${cell}0` : withoutMarks(storableText(cell));
}

/** A row of a file of rejected rows that was no csv, and is imported again as it was: its cells are still a guess. */
function stillBroken(cells: readonly string[], { rejection }: ColumnPlan): string | undefined {
  const reason = cells.slice(0, rejection).find((cell) => cell.startsWith(NOT_CSV));
  return cells.slice(rejection).some((cell) => /^\s*"/.test(cell)) ? reason : undefined;
}

function surplusError(cells: readonly string[], { titles }: ColumnPlan): string | undefined {
  const surplus = cells.findIndex((cell, index) => index >= titles.length && cell.trim() !== '');
  return surplus < 0
    ? undefined
    : `the row has ${surplus + 1} columns but the first row has ${titles.length}; quote cells that contain the delimiter`;
}

/** Or why a cell cannot be one. */
function attributesOf(row: SourceRow, plan: ColumnPlan): Attributes | string {
  const attributes: Attributes = {};
  for (const column of plan.attributes) {
    const { index, key } = column;
    const cell = row.cells[index];
    // A part of the name that is missing, such as NULL, must not be greeted by way of an attribute.
    if (plan.name.includes(index) && personName(usable(cell)) === null) continue;
    const text = plan.isExport ? undressed(cell) : usable(cell);
    const value = attributeOf(text, column, plan.titles[index] ?? '');
    if ('reason' in value) return value.reason;
    if (value.value === '') continue;
    attributes[key] = valueOf(value.value, plan.isExport, row.decimals?.has(index) === true);
  }
  const count = Object.keys(attributes).length;
  if (count > MAX_ATTRIBUTES) {
    return `the row has ${count} attributes; a contact has at most ${MAX_ATTRIBUTES}`;
  }
  const { length } = JSON.stringify(attributes);
  return length > MAX_ATTRIBUTES_LENGTH
    ? `the attributes of the row have ${length} characters together; a contact has at most ${MAX_ATTRIBUTES_LENGTH}, leave some columns out`
    : attributes;
}

/** A number of a sheet stays one: as a text, `1.125` would be 1125 where a dot separates the thousands. */
function valueOf(value: string | boolean, isExport: boolean, isDecimal: boolean): unknown {
  if (typeof value === 'boolean') return value;
  if (isDecimal) return Number(value);
  return isExport ? importedValue(value) : value;
}

function attributeOf(
  text: string,
  { isBoolean }: AttributeColumn,
  title: string,
): { value: string | boolean } | { reason: string } {
  if (text.length > MAX_ATTRIBUTE_LENGTH) {
    return { reason: `the cell "${title}" is longer than ${MAX_ATTRIBUTE_LENGTH} characters` };
  }
  if (!isBoolean) return { value: text };
  if (isNoAnswer(text)) return { value: '' };
  const truth = parseBoolean(text);
  return truth === undefined
    ? { reason: `the cell "${title}" is neither true nor false; write yes or no, true or false, 1 or 0` }
    : { value: truth };
}

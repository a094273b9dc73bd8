import { withoutMarks } from '../../../../lib/csv.js';
import { firstPhone, type PhoneOutcome } from '../../../../lib/phone.js';
import { storableText } from '../../../../lib/storable.js';
import { MAX_ATTRIBUTE_LENGTH, MAX_NAME_LENGTH } from '../../core/attributes.js';
import { personName } from '../../core/names.js';
import { cleanTags, splitTags, tagErrors } from '../../core/tags.js';
import type { AttributeColumn, ColumnPlan } from './columns.js';
import { parseOptOut } from './opt-out-column.js';
import { byLabel } from './phone-columns.js';
import { parseBoolean } from './truth.js';

/** A row of the file as text. `line` counts from 1: the line a csv row starts at, or the row of the sheet. */
export interface SourceRow {
  line: number;
  cells: string[];
  /** Why the row cannot be read, such as a quote that is never closed; its cells are then a guess. */
  error?: string;
}

export interface ImportedContact {
  kind: 'contact';
  phone: string;
  name: string | null;
  attributes: Record<string, string | boolean>;
  tags: string[];
  /** The row says that the person opted out; false says nothing. */
  optedOut: boolean;
}

export interface RejectedRow {
  kind: 'rejected';
  line: number;
  reason: string;
  cells: string[];
}

/** What a spreadsheet shows where a formula failed. */
const SPREADSHEET_ERROR = /^#(?:N\/A|REF!|VALUE!|NAME\?|DIV\/0!|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)$/;

/**
 * Cuts a row to the limits of a file. What is cut leaves a mark by which `parseRow` rejects the row: a cell that is
 * still too long for a contact, or a column more than the titles can have.
 */
export function boundedCells(
  cells: readonly string[],
  limits: { maxColumns: number; maxCellLength: number },
): string[] {
  const surplus = cells.slice(limits.maxColumns).find((cell) => cell.trim() !== '');
  const kept = cells.slice(0, limits.maxColumns);
  if (surplus !== undefined) kept.push(surplus);
  return kept.map((cell) =>
    cell.length > limits.maxCellLength ? cell.slice(0, limits.maxCellLength) : cell,
  );
}

/** Reads one data row by the file's column plan. Empty and failed cells become no attribute at all. */
export function parseRow(
  row: SourceRow,
  plan: ColumnPlan,
  defaultCountry?: string,
): ImportedContact | RejectedRow {
  const reject = (reason: string): RejectedRow => ({
    kind: 'rejected',
    line: row.line,
    reason,
    cells: row.cells.map(storableText),
  });
  if (row.error !== undefined) return reject(row.error);
  const surplus = row.cells.findIndex((cell, index) => index >= plan.titles.length && cell.trim() !== '');
  if (surplus >= 0) {
    return reject(
      `the row has ${surplus + 1} columns but the first row has ${plan.titles.length}; quote cells that contain the delimiter`,
    );
  }
  const phone = phoneOf(row.cells, plan, defaultCountry);
  if (!phone.ok) return reject(phone.reason);

  const parts = plan.name.flatMap((index) => personName(usable(row.cells[index])) ?? []);
  const name = personName(parts.join(' '));
  if (name !== null && name.length > MAX_NAME_LENGTH)
    return reject(`the name is longer than ${MAX_NAME_LENGTH} characters`);

  const attributes: ImportedContact['attributes'] = {};
  for (const column of plan.attributes) {
    const cell = row.cells[column.index];
    // A part of the name that is missing, such as NULL, must not be greeted by way of an attribute.
    if (plan.name.includes(column.index) && personName(usable(cell)) === null) continue;
    const value = attributeOf(cell, column, plan.titles[column.index] ?? '');
    if ('reason' in value) return reject(value.reason);
    if (value.value !== '') attributes[column.key] = value.value;
  }
  const tags = cleanTags(plan.tags.flatMap((index) => splitTags(usable(row.cells[index]))));
  const [tagError] = tagErrors(tags);
  if (tagError) return reject(tagError.message);

  const optOuts = plan.optOut.map(({ index, kind }) => parseOptOut(usable(row.cells[index]), kind));
  const unclear = plan.optOut[optOuts.indexOf('unclear')];
  if (unclear) {
    return reject(
      `the cell "${plan.titles[unclear.index]}" says neither yes nor no: did this person opt out?`,
    );
  }
  const optedOut = optOuts.includes('out');
  return { kind: 'contact', phone: phone.phone, name, attributes, tags, optedOut };
}

/** The first usable number of the columns a row may have it in. */
function phoneOf(cells: readonly string[], plan: ColumnPlan, defaultCountry?: string): PhoneOutcome {
  let refused: PhoneOutcome | undefined;
  for (const { index } of byLabel(plan.phones, cells)) {
    const cell = (cells[index] ?? '').trim();
    if (cell === '') continue;
    const outcome: PhoneOutcome = SPREADSHEET_ERROR.test(cell)
      ? { ok: false, reason: `the phone cell holds the error ${cell}` }
      : firstPhone(cell, defaultCountry);
    if (outcome.ok) return outcome;
    refused ??= outcome;
  }
  return refused ?? { ok: false, reason: 'the phone number is empty' };
}

function attributeOf(
  cell: string | undefined,
  { isBoolean }: AttributeColumn,
  title: string,
): { value: string | boolean } | { reason: string } {
  const text = usable(cell);
  if (text.length > MAX_ATTRIBUTE_LENGTH) {
    return { reason: `the cell "${title}" is longer than ${MAX_ATTRIBUTE_LENGTH} characters` };
  }
  if (!isBoolean || text === '') return { value: text };
  const truth = parseBoolean(text);
  return truth === undefined
    ? { reason: `the cell "${title}" is neither true nor false; write yes or no, true or false, 1 or 0` }
    : { value: truth };
}

/** A cell as it was before a spreadsheet or an export dressed it, composed (NFC); nothing where a formula failed. */
function usable(cell = ''): string {
  const text = withoutMarks(storableText(cell).trim()).normalize('NFC');
  return SPREADSHEET_ERROR.test(text) ? '' : text;
}

import { normalisePhone } from '../../../../lib/phone.js';
import { MAX_ATTRIBUTE_LENGTH, MAX_NAME_LENGTH } from '../../core/attributes.js';
import { cleanTags, splitTags, tagErrors } from '../../core/tags.js';
import type { ColumnPlan } from './columns.js';

/** A row of the file as text. `line` counts from 1: the line a csv row starts at, or the row of the sheet. */
export interface SourceRow {
  line: number;
  cells: string[];
  /** Why the row cannot be read, such as a quote that is never closed; its cells are then a guess. */
  problem?: string;
}

export interface ImportedContact {
  kind: 'contact';
  phone: string;
  name: string | null;
  attributes: Record<string, string>;
  tags: string[];
}

export interface RejectedRow {
  kind: 'rejected';
  line: number;
  reason: string;
  cells: string[];
}

/** What a spreadsheet shows where a formula failed. */
const SPREADSHEET_ERROR = /^#(?:N\/A|REF!|VALUE!|NAME\?|DIV\/0!|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)$/;

/** Text PostgreSQL can store: no NUL, no half of a surrogate pair. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\uFFFD');
}

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
  if (row.problem !== undefined) return reject(row.problem);
  const surplus = row.cells.findIndex((cell, index) => index >= plan.titles.length && cell.trim() !== '');
  if (surplus >= 0) {
    return reject(
      `the row has ${surplus + 1} columns but the first row has ${plan.titles.length}; quote cells that contain the delimiter`,
    );
  }
  const phoneCell = (row.cells[plan.phone] ?? '').trim();
  if (SPREADSHEET_ERROR.test(phoneCell)) return reject(`the phone cell holds the error ${phoneCell}`);
  const phone = normalisePhone(phoneCell, defaultCountry);
  if (!phone.ok) return reject(phone.reason);

  const name = plan.name.map((index) => usable(row.cells[index])).filter((part) => part !== '');
  const fullName = name.join(' ').replace(/\s+/g, ' ');
  if (fullName.length > MAX_NAME_LENGTH)
    return reject(`the name is longer than ${MAX_NAME_LENGTH} characters`);

  const attributes: Record<string, string> = {};
  for (const { index, key } of plan.attributes) {
    const value = usable(row.cells[index]);
    if (value.length > MAX_ATTRIBUTE_LENGTH) {
      return reject(`the cell "${plan.titles[index]}" is longer than ${MAX_ATTRIBUTE_LENGTH} characters`);
    }
    if (value !== '') attributes[key] = value;
  }
  const tags = cleanTags(plan.tags.flatMap((index) => splitTags(usable(row.cells[index]))));
  const [tagError] = tagErrors(tags);
  if (tagError) return reject(tagError.message);
  return { kind: 'contact', phone: phone.phone, name: fullName || null, attributes, tags };
}

function usable(cell = ''): string {
  const text = storableText(cell).trim();
  return SPREADSHEET_ERROR.test(text) ? '' : text;
}

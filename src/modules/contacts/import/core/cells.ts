import { withoutMarks } from '../../../../lib/csv.js';
import { storableText } from '../../../../lib/storable.js';

/** What a spreadsheet shows where a formula failed. */
export const SPREADSHEET_ERROR =
  /^#(?:N\/A|REF!|VALUE!|NAME\?|DIV\/0!|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)$/;

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

/** A cell as it was before a spreadsheet or an export dressed it, trimmed; nothing where a formula failed. */
export function usable(cell = ''): string {
  const text = undressed(cell.trim()).trim();
  return SPREADSHEET_ERROR.test(text) ? '' : text;
}

/** A cell without the marks against formulas, composed (NFC). */
export function undressed(cell = ''): string {
  return withoutMarks(storableText(cell)).normalize('NFC');
}

/** Tells spreadsheets that the file is UTF-8. */
export const UTF8_BOM = '\uFEFF';

/** What makes a spreadsheet run a cell as a formula (OWASP, CSV injection). */
const FORMULA_START = /^[=+\-@\t\r\n|%]/;
const PHONE_NUMBER = /^\+\d{7,15}$/;

/**
 * One line of csv. A cell that would be a formula is marked as text with a leading apostrophe; phone numbers in E.164
 * stay as they are, because they calculate to nothing but themselves.
 */
export function csvLine(cells: readonly (string | null)[]): string {
  return `${cells.map((cell) => csvCell(cell ?? '')).join(',')}\r\n`;
}

function csvCell(text: string): string {
  const safe = FORMULA_START.test(text) && !PHONE_NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

import { stringify, type Options } from 'csv-stringify/sync';

/** Tells spreadsheets that the file is UTF-8. */
export const UTF8_BOM = '\uFEFF';

/** What makes a spreadsheet run a cell as a formula (OWASP, CSV injection); the wide forms do so in East Asian ones. */
const FORMULA_START = /^[\s']*[=+\-@|%＝＋－＠]|^'*[\t\r\n]/;
/**
 * Where the list separator is a semicolon (Brazil, most of Europe) a spreadsheet splits the line there and takes no notice
 * of our quotes: what would then begin a cell. A tab or a line break does the same. Both are only looked for where a run of
 * these characters begins, so that a long run costs its length once.
 */
const FORMULA_INSIDE = /(?<![;\s"])[;\s"]+(?='*[=+\-@|%＝＋－＠])/g;
const MARK_INSIDE = /(?<![;\s"])([;\s"]+)'(?='*[=+\-@|%＝＋－＠])/g;
const SEPARATOR = /[;\t\r\n]/;
const PHONE_NUMBER = /^\+\d{7,15}$/;

/** csv-stringify quotes a cell with the delimiter, a quote or the whole line end in it; half a line end needs it, too. */
const FORMAT: Options = { record_delimiter: '\r\n', quoted_match: /[\r\n]/ };

/**
 * Lines of csv, each with its end. What would be a formula, as a cell or in a part of one, is marked as text with an
 * apostrophe in front; phone numbers in E.164 stay as they are, because they calculate to nothing but themselves.
 */
export function csvLines(rows: readonly (readonly (string | null)[])[]): string {
  return stringify(
    rows.map((cells) => cells.map((cell) => withoutFormulas(cell ?? ''))),
    FORMAT,
  );
}

/**
 * Marks a text. An apostrophe that stands there already gets another one: otherwise it would be lost on the way back.
 */
export function withoutFormulas(text: string): string {
  if (PHONE_NUMBER.test(text)) return text;
  const inside = text.replaceAll(FORMULA_INSIDE, (run) => (SEPARATOR.test(run) ? `${run}'` : run));
  return FORMULA_START.test(text) ? `'${inside}` : inside;
}

/** For a file whose cells cannot run: marked only where `withoutMarks` would otherwise take something away. */
export function keptByWithoutMarks(text: string): string {
  return withoutMarks(text) === text ? text : withoutFormulas(text);
}

/** The text as it was before it was marked, by `withoutFormulas` or in the same way by others. */
export function withoutMarks(text: string): string {
  const whole = text.startsWith("'") && FORMULA_START.test(text.slice(1)) ? text.slice(1) : text;
  return whole.replaceAll(MARK_INSIDE, (marked, run: string) => (SEPARATOR.test(run) ? run : marked));
}

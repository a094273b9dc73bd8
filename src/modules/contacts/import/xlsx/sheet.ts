import { boundedCells } from '../core/cells.js';
import type { SourceRow } from '../core/rows.js';
import type { ImportLimits } from '../limits.js';
import type { HiddenRows } from '../row-source.js';
import { isoDate, serialDate } from './styles.js';
import { tooMuch, unescapeText, XmlReader, type XmlHandler } from './xml.js';

/** Excel has no more; a larger number is damage. */
const LAST_ROW = 1_048_576;
const PART = 'sheet';

/** As a number is written here. */
const DECIMAL = /^-?\d{1,15}\.\d{1,15}$/;
const SHORTENED = /^\d(?:\.\d{1,15})?E\+?\d{1,2}$/i;
const MAX_ZEROS = 3;

export interface SheetContext {
  sharedStrings: readonly string[];
  /** Per cell style: does it show dates. */
  dateStyles: readonly boolean[];
  date1904: boolean;
  limits: ImportLimits;
  /** Characters of all cells. */
  maxTextLength: number;
  hiddenRows: HiddenRows;
  /** Is told of every hidden row that holds something. */
  onHiddenRow: () => void;
}

/** The non-empty rows of a worksheet, as the chunks of its XML come in. */
export async function* readSheet(
  chunks: AsyncIterable<Uint8Array>,
  context: SheetContext,
): AsyncGenerator<SourceRow> {
  const sheet = new SheetHandler(context);
  const reader = new XmlReader(sheet, { what: PART, maxTags: context.limits.maxTags });
  for await (const chunk of chunks) {
    reader.write(chunk);
    yield* sheet.takeRows();
  }
  reader.end();
  yield* sheet.takeRows();
}

class SheetHandler implements XmlHandler {
  private rows: SourceRow[] = [];
  private line = 0;
  private rowsRead = 0;
  private length = 0;
  private hidden = false;
  private cells: string[] = [];
  private decimals: Set<number> | undefined;
  private cellsRead = 0;
  private column = -1;
  private type = 'n';
  private style = 0;
  private value = '';
  private inValue = false;
  private phonetic = 0;

  constructor(private readonly context: SheetContext) {}

  takeRows(): SourceRow[] {
    const rows = this.rows;
    this.rows = [];
    return rows;
  }

  open(name: string, attributes: Record<string, string>): void {
    if (name === 'row') this.startRow(attributes);
    else if (name === 'c') this.startCell(attributes);
    else if (name === 'rPh') this.phonetic += 1;
    // `v` is the value, also of a formula; `t` is the text of an inline string; `f`, the formula itself, is left out.
    else if (name === 'v' || (name === 't' && this.phonetic === 0)) this.inValue = true;
  }

  text(text: string): void {
    if (this.inValue && this.value.length <= this.context.limits.maxCellLength) this.value += text;
  }

  close(name: string): void {
    if (name === 'v' || name === 't') this.inValue = false;
    else if (name === 'rPh') this.phonetic -= 1;
    else if (name === 'c') this.endCell();
    else if (name === 'row') this.endRow();
  }

  private startRow(attributes: Record<string, string>): void {
    this.rowsRead += 1;
    if (this.rowsRead > LAST_ROW) throw tooMuch(PART, 'rows', LAST_ROW);
    const stated = Math.trunc(Number(attributes['r']));
    // Rows come in order; a writer that leaves numbers out or repeats one must not make two rows share a line.
    this.line = stated > this.line && stated <= LAST_ROW ? stated : this.line + 1;
    this.hidden = ['1', 'true'].includes(attributes['hidden'] ?? '');
    this.cells = [];
    this.decimals = undefined;
    this.column = -1;
  }

  private startCell(attributes: Record<string, string>): void {
    this.cellsRead += 1;
    if (this.cellsRead > this.context.limits.maxCells) {
      throw tooMuch(PART, 'cells', this.context.limits.maxCells);
    }
    this.column = columnIndex(attributes['r']) ?? this.column + 1;
    this.type = attributes['t'] ?? 'n';
    this.style = Number(attributes['s'] ?? 0);
    this.value = '';
  }

  private endCell(): void {
    const text = this.cellText();
    if (text === '') return;
    // A far cell may come first: whatever lies beyond the limit shares the one column behind it.
    const column = Math.min(this.column, this.context.limits.maxExportColumns);
    while (this.cells.length < column) this.cells.push('');
    this.cells[column] = text;
    if (this.isDecimal(text)) (this.decimals ??= new Set()).add(column);
    else this.decimals?.delete(column);
  }

  private endRow(): void {
    if (this.cells.some((cell) => cell.trim() !== '')) {
      if (this.hidden) this.context.onHiddenRow();
      if (!this.hidden || this.context.hiddenRows === 'include') {
        const { maxExportColumns: maxColumns, maxCellLength } = this.context.limits;
        this.push(boundedCells(this.cells, { maxColumns, maxCellLength }));
      }
    }
    this.cells = [];
  }

  /** A text that is stored once may stand in every cell: what the cells hold is counted, not what the file holds. */
  private push(cells: string[]): void {
    const { maxTextLength } = this.context;
    for (const cell of cells) this.length += cell.length;
    if (this.length > maxTextLength) throw tooMuch(PART, 'characters', maxTextLength);
    const { line, decimals } = this;
    this.rows.push(decimals ? { line, cells, decimals } : { line, cells });
  }

  private isDecimal(text: string): boolean {
    return this.type === 'n' && !this.context.dateStyles[this.style] && DECIMAL.test(text);
  }

  private cellText(): string {
    switch (this.type) {
      case 's':
        return this.context.sharedStrings[Number(this.value)] ?? '';
      case 'inlineStr':
      case 'str':
        return unescapeText(this.value);
      case 'b':
        return this.value === '' ? '' : this.value === '1' ? 'true' : 'false';
      case 'n':
        return this.numberText();
      case 'd':
        return isoDate(this.value.trim());
      // Errors such as #N/A (`e`) are what they show.
      default:
        return this.value;
    }
  }

  /**
   * `5.511987654321E12` becomes the digits that stand in the cell; Excel keeps 15 of them. One that stands for a long
   * number and has lost digits (`5.51196E+12`) stays as it is: made of zeros they would be another number.
   */
  private numberText(): string {
    const written = this.value.trim();
    const number = Number(written);
    if (SHORTENED.test(written) && number >= 1e9 && number < 1e15 && isShortened(written)) return written;
    if (written === '' || !Number.isFinite(number)) return written;
    if (this.context.dateStyles[this.style]) return serialDate(number, this.context.date1904);
    return Number.isSafeInteger(number) ? String(number) : String(Number(number.toPrecision(15)));
  }
}

/** Zeros at its end that are not written: the last digits of a number may be a few by chance, not so many. */
function isShortened(written: string): boolean {
  const [digits = '', exponent] = written.toUpperCase().split('E');
  const decimals = Math.max(0, digits.length - 2);
  return Number(exponent) - decimals > MAX_ZEROS;
}

/** `C5` is column 2. */
function columnIndex(reference: string | undefined): number | undefined {
  if (reference === undefined) return undefined;
  let column = 0;
  for (const character of reference.toUpperCase()) {
    const letter = character.charCodeAt(0) - 64;
    if (letter < 1 || letter > 26) break;
    column = column * 26 + letter;
  }
  // Excel ends at XFD.
  return column >= 1 && column <= 16_384 ? column - 1 : undefined;
}

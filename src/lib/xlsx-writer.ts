import { PassThrough, Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/** Text is never taken for a formula, whatever it begins with. A Date is shown as a date and time in UTC. */
export type Cell = string | number | boolean | Date | null;

export interface SheetColumn {
  title: string;
  /** In characters. */
  width: number;
}

/** Excel has 1,048,576 rows; the titles take one. What does not fit goes on in another sheet. */
const ROWS_PER_SHEET = 1_048_575;
/** Excel refuses a file with a longer cell. */
const MAX_CELL_LENGTH = 32_767;
/** 1970-01-01 in Excel's days. */
const EPOCH_DAY = 25_569;
const DAY_MS = 86_400_000;
/** No file inside a zip needs the time of its making, and equal contents make equal files. */
const MTIME = new Date(Date.UTC(2000, 0, 1));

/** Indices into `cellXfs` below. */
const STYLE = { date: 1, title: 2, text: 3 } as const;

/**
 * An xlsx workbook (ECMA-376, SpreadsheetML) as a stream of its bytes: only as many rows are asked for as the receiver
 * takes, and no more than a chunk is held. Texts are inline strings in cells of the text format, so that nothing in
 * them runs as a formula, not even after the cell was edited.
 */
export async function* xlsxChunks(
  name: string,
  columns: readonly SheetColumn[],
  rows: AsyncIterable<readonly Cell[][]>,
  rowsPerSheet = ROWS_PER_SHEET,
): AsyncGenerator<Buffer, void, undefined> {
  const zip = new ZipFile();
  const output = new PassThrough();
  const fail = (error: Error) => void output.destroy(error);
  zip.on('error', fail);
  zip.outputStream.pipe(output);
  const source = new RowSource(rows);
  const sheets: Readable[] = [];
  const addSheet = (): void => {
    const sheet = Readable.from(sheetXml(columns, source, rowsPerSheet, endOfSheet), { objectMode: false });
    sheets.push(sheet.on('error', fail));
    zip.addReadStream(sheet, `xl/worksheets/sheet${sheets.length}.xml`, { mtime: MTIME });
  };
  /** Called before the sheet's stream ends: what is added now follows it in the zip. */
  const endOfSheet = (isLast: boolean): void => {
    if (!isLast) return addSheet();
    for (const [path, xml] of Object.entries(workbookFiles(name, sheets.length))) {
      zip.addBuffer(Buffer.from(xml), path, { mtime: MTIME });
    }
    zip.end();
  };
  addSheet();
  try {
    for await (const chunk of output) yield chunk as Buffer;
  } finally {
    for (const sheet of sheets) sheet.destroy();
    await source.close();
  }
}

/** Rows one by one, with a look at whether there is another. */
class RowSource {
  private readonly batches: AsyncIterator<readonly Cell[][]>;
  private batch: readonly Cell[][] = [];
  private next = 0;

  constructor(rows: AsyncIterable<readonly Cell[][]>) {
    this.batches = rows[Symbol.asyncIterator]();
  }

  /** The rest of the batch at hand, at most `limit` rows; empty at the end. */
  async take(limit: number): Promise<readonly Cell[][]> {
    if (!(await this.hasMore())) return [];
    const rows = this.batch.slice(this.next, this.next + limit);
    this.next += rows.length;
    return rows;
  }

  async hasMore(): Promise<boolean> {
    while (this.next >= this.batch.length) {
      const result = await this.batches.next();
      if (result.done) return false;
      this.batch = result.value;
      this.next = 0;
    }
    return true;
  }

  async close(): Promise<void> {
    await this.batches.return?.();
  }
}

const HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const OFFICE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

async function* sheetXml(
  columns: readonly SheetColumn[],
  source: RowSource,
  rowsPerSheet: number,
  endOfSheet: (isLast: boolean) => void,
): AsyncGenerator<string> {
  const widths = columns.map(
    ({ width }, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`,
  );
  const pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>';
  yield (
    `${HEADER}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0">${pane}</sheetView></sheetViews>` +
    `<cols>${widths.join('')}</cols><sheetData>${titleRow(columns)}`
  );
  let written = 0;
  for (;;) {
    const rows = await source.take(rowsPerSheet - written);
    if (rows.length === 0) break;
    yield rows.map((cells, index) => rowXml(written + index + 2, cells)).join('');
    written += rows.length;
  }
  yield '</sheetData></worksheet>';
  endOfSheet(!(await source.hasMore()));
}

function titleRow(columns: readonly SheetColumn[]): string {
  const cells = columns.map(({ title }, index) => textCell(`${columnName(index)}1`, title, STYLE.title));
  return `<row r="1">${cells.join('')}</row>`;
}

function rowXml(number: number, cells: readonly Cell[]): string {
  const inside = cells.map((cell, index) => cellXml(`${columnName(index)}${number}`, cell)).join('');
  return `<row r="${number}">${inside}</row>`;
}

function cellXml(reference: string, cell: Cell): string {
  if (cell === null || cell === '') return '';
  if (typeof cell === 'string') return textCell(reference, cell, STYLE.text);
  if (typeof cell === 'number') return `<c r="${reference}"><v>${cell}</v></c>`;
  if (typeof cell === 'boolean') return `<c r="${reference}" t="b"><v>${cell ? 1 : 0}</v></c>`;
  return `<c r="${reference}" s="${STYLE.date}"><v>${cell.getTime() / DAY_MS + EPOCH_DAY}</v></c>`;
}

function textCell(reference: string, text: string, style: number): string {
  return `<c r="${reference}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escapeText(text)}</t></is></c>`;
}

/**
 * Text as SpreadsheetML has it: characters that XML does not allow are written `_x0007_` (ST_Xstring), and a text that
 * looks like such an escape gets its underscore escaped.
 */
function escapeText(text: string): string {
  return text
    .slice(0, MAX_CELL_LENGTH)
    .replaceAll(/\p{Surrogate}/gu, '\uFFFD')
    .replaceAll(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replaceAll(
      // oxlint-disable-next-line no-control-regex -- they are what has to go
      /[\u0000-\u0008\u000B-\u001F\uFFFE\uFFFF]/g,
      (character) => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
    )
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

/** 0 is A, 26 is AA. */
function columnName(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : columnName(Math.floor(index / 26) - 1) + last;
}

/** Everything but the sheets. */
function workbookFiles(name: string, sheets: number): Record<string, string> {
  const numbers = Array.from({ length: sheets }, (_, index) => index + 1);
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${RELATIONS}/${type}" Target="${target}"/>`;
  const overrides = [
    ['/xl/workbook.xml', 'sheet.main'],
    ['/xl/styles.xml', 'styles'],
    ...numbers.map((number) => [`/xl/worksheets/sheet${number}.xml`, 'worksheet']),
  ].map(([part, type]) => `<Override PartName="${part}" ContentType="${OFFICE}.${type}+xml"/>`);
  return {
    '[Content_Types].xml':
      `${HEADER}<Types xmlns="${PACKAGE}/content-types">` +
      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
      `<Default Extension="xml" ContentType="application/xml"/>${overrides.join('')}</Types>`,
    '_rels/.rels': `${HEADER}<Relationships xmlns="${PACKAGE}/relationships">${relation('rId1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    'xl/workbook.xml':
      `${HEADER}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets>` +
      numbers.map((number) => sheetEntry(name, number)).join('') +
      '</sheets></workbook>',
    'xl/_rels/workbook.xml.rels':
      `${HEADER}<Relationships xmlns="${PACKAGE}/relationships">` +
      numbers
        .map((number) => relation(`rId${number}`, 'worksheet', `worksheets/sheet${number}.xml`))
        .join('') +
      `${relation('rIdStyles', 'styles', 'styles.xml')}</Relationships>`,
    'xl/styles.xml': HEADER + STYLES,
  };
}

/** Excel allows 31 characters, and none of `[]:*?/\`. */
function sheetEntry(name: string, number: number): string {
  const suffix = number === 1 ? '' : ` ${number}`;
  const clean = name.replaceAll(/[[\]:*?/\\'"<>&]/g, ' ').slice(0, 31 - suffix.length) + suffix;
  return `<sheet name="${clean}" sheetId="${number}" r:id="rId${number}"/>`;
}

/** Plain; date and time; bold titles; text that stays text (format `@`, as if typed with a leading apostrophe). */
const STYLES =
  `<styleSheet xmlns="${MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>` +
  '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>' +
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
  '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' +
  '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>' +
  '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>' +
  '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/></cellXfs>' +
  '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>';

import { workbook, workbookFiles, zip } from '../contacts/workbook.js';

/** One tag, many times over. */
export function repeated(count: number, inside: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => inside(index)).join('');
}

export function nested(depth: number, tag: string): string {
  return `<${tag}>`.repeat(depth) + `</${tag}>`.repeat(depth);
}

const ROW = '<row r="1"><c t="str"><v>phone</v></c></row><row r="2"><c><v>5511987654321</v></c></row>';
const good = workbookFiles({ rows: ROW });
const without = (end: string, part: string) => String(good[part]).replace(end, '');
const withPart = (part: string, content: string) => zip({ ...good, [part]: content });
/** The part as it is, with more before its last tag. */
const grown = (part: string, end: string, more: string) => withPart(part, without(end, part) + more + end);

const sheet = (inside: string) => grown('xl/worksheets/sheet1.xml', '</worksheet>', inside);
const styles = (inside: string) => workbook({ rows: ROW, styles: inside });
const RELATIONS = 'xl/_rels/workbook.xml.rels';

/** Workbooks that are small as files and large as what they would become, and the words by which each is refused. */
export const hostileWorkbooks: [string, () => Buffer, RegExp][] = [
  [
    'cell styles',
    () => styles(`<cellXfs>${repeated(130_000, (index) => `<xf numFmtId="${index % 50}"/>`)}</cellXfs>`),
    /list of styles .* more than 100000 cell styles; copy/,
  ],
  [
    'number formats',
    () =>
      styles(
        `<numFmts>${repeated(12_000, (index) => `<numFmt numFmtId="${index}" formatCode="yy"/>`)}</numFmts>`,
      ),
    /more than 10000 number formats; copy/,
  ],
  [
    'fonts, of which no cell needs any',
    () => styles(`<fonts>${'<font/>'.repeat(1_100_000)}</fonts>`),
    /list of styles .* more than 1000000 tags; copy/,
  ],
  [
    'sheets',
    () =>
      workbook({
        rows: ROW,
        sheets: repeated(
          1_700,
          (index) => `<sheet name="s${index}" sheetId="${index}" state="hidden" r:id="rId1"/>`,
        ),
      }),
    /more than 1000 sheets; copy/,
  ],
  [
    'relations',
    () =>
      grown(
        RELATIONS,
        '</Relationships>',
        repeated(11_000, (index) => `<Relationship Id="x${index}" Type="a/b" Target="t${index}.xml"/>`),
      ),
    /more than 10000 parts; copy/,
  ],
  [
    'defined names',
    () =>
      grown(
        'xl/workbook.xml',
        '</workbook>',
        `<definedNames>${'<definedName/>'.repeat(1_050_000)}</definedNames>`,
      ),
    /list of sheets .* more than 1000000 tags; copy/,
  ],
  [
    'texts',
    () => withPart('xl/sharedStrings.xml', `<sst>${'<si/>'.repeat(3_000_500)}</sst>`),
    /more than 3000000 texts; copy/,
  ],
  ['rows without a cell', () => sheet('<row/>'.repeat(1_060_000)), /more than 1048576 rows; copy/],
  [
    'tags inside each other, in a sheet',
    () => sheet(nested(70_000, 'a')),
    /sheet .* more than 100 tags inside each other; copy/,
  ],
  [
    'tags inside each other, in the styles',
    () => styles(nested(900, 'dxf')),
    /styles .* more than 100 tags inside each other/,
  ],
  [
    'tags inside each other, in the relations',
    () => grown(RELATIONS, '</Relationships>', nested(2_500, 'b')),
    /parts .* more than 100 tags inside each other/,
  ],
  [
    'attributes in one tag',
    () => sheet(`<x ${repeated(30_000, (index) => `a${index}="" `)}/>`),
    /more than 250 attributes in one tag; copy/,
  ],
  [
    'one endless name of a sheet',
    () => workbook({ rows: ROW, sheets: `<sheet name="${'n'.repeat(9_000_000)}" r:id="rId1"/>` }),
    /implausibly long text.*; save/,
  ],
  [
    'files in the zip',
    () =>
      zip({ ...good, ...Object.fromEntries(Array.from({ length: 6_100 }, (_, index) => [`f${index}`, ''])) }),
    /zip of more than 5000 files; upload one/,
  ],
  ['parts that overlap', () => overlapping(900), /Parts of the workbook overlap .* zip bomb; save/],
  [
    'many parts, each below the limits',
    () => {
      const rows = `<row/>${' '.repeat(1_000)}`.repeat(7_000);
      const names = Array.from({ length: 12 }, (_, index) => `sheet${index + 10}`);
      const part = `<worksheet><sheetData>${rows}</sheetData></worksheet>`;
      return workbook({
        rows: '',
        sheets: names
          .map((name, index) => `<sheet name="${name}" sheetId="${index + 1}" r:id="${name}"/>`)
          .join(''),
        extra: {
          ...Object.fromEntries(names.map((name) => [`xl/worksheets/${name}.xml`, part])),
          'xl/_rels/workbook.xml.rels': `<Relationships>${names.map((name) => `<Relationship Id="${name}" Type="x/worksheet" Target="worksheets/${name}.xml"/>`).join('')}</Relationships>`,
        },
      });
    },
    /implausible size, as a zip bomb does; save/,
  ],
  [
    'names of files in the zip',
    () =>
      zip({
        ...good,
        ...Object.fromEntries(
          Array.from({ length: 60 }, (_, index) => [`${index}${'n'.repeat(60_000)}`, '']),
        ),
      }),
    /names and comments .* more than 2097152 bytes; save/,
  ],
];

/** A sheet in which one text of the list stands in every cell. */
export function oneTextEverywhere(rows: number, length: number): Buffer {
  const cells = '<c t="s"><v>0</v></c>'.repeat(20);
  const many = repeated(rows, () => `<row><c><v>5511987654321</v></c>${cells}</row>`);
  return workbook({
    rows: `<row>${'<c t="str"><v>phone</v></c>'.repeat(21)}</row>${many}`,
    sharedStrings: [`<t>${'x'.repeat(length)}</t>`],
  });
}

/** Texts that are all different and within every limit: the thread has to hold them. */
export function manyTexts(count: number, length: number): Buffer {
  const texts = Array.from({ length: count }, (_, index) => `<t>${String(index).padEnd(length, 'ab')}</t>`);
  return workbook({ rows: ROW, sharedStrings: texts });
}

/** A workbook whose directory names the bytes of its first part again and again. */
export function overlapping(parts: number): Buffer {
  const file = zip(good);
  const at = file.indexOf('PK\x01\x02');
  const end = file.length - 22;
  const first = file.subarray(at, at + 46 + file.readUInt16LE(at + 28));
  const directory = Buffer.concat([file.subarray(at, end), ...Array.from({ length: parts }, () => first)]);
  const tail = Buffer.from(file.subarray(end));
  const count = tail.readUInt16LE(10) + parts;
  tail.writeUInt16LE(count, 8);
  tail.writeUInt16LE(count, 10);
  tail.writeUInt32LE(directory.length, 12);
  return Buffer.concat([file.subarray(0, at), directory, tail]);
}

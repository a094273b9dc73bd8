import { crc32, deflateRawSync } from 'node:zlib';

/** A zip of the given files, with nothing but what a reader needs. `flags` lets a test claim encryption. */
export function zip(files: Record<string, string | Buffer>, options: { flags?: number } = {}): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x0800 | (options.flags ?? 0), 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, tail, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(central.length, 8);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

const RELATION = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';

export interface SheetParts {
  /** The inside of `<sheetData>`. */
  rows: string;
  /** The insides of `<si>`. */
  sharedStrings?: string[];
  /** The inside of `<styleSheet>`. */
  styles?: string;
  /** In place of the one visible sheet. */
  sheets?: string;
  extra?: Record<string, string | Buffer>;
}

/** An xlsx workbook with one sheet, or what a test makes of it. */
export function workbook(parts: SheetParts): Buffer {
  return zip(workbookFiles(parts));
}

export function workbookFiles(parts: SheetParts): Record<string, string | Buffer> {
  const strings = (parts.sharedStrings ?? []).map((inside) => `<si>${inside}</si>`).join('');
  const relations = [
    `<Relationship Id="rId1" Type="${RELATION}/worksheet" Target="worksheets/sheet1.xml"/>`,
    `<Relationship Id="rId2" Type="${RELATION}/sharedStrings" Target="/xl/sharedStrings.xml"/>`,
    `<Relationship Id="rId3" Type="${RELATION}/styles" Target="styles.xml"/>`,
    `<Relationship Id="rId4" Type="${RELATION}/worksheet" Target="worksheets/sheet2.xml"/>`,
  ].join('');
  return {
    '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    '_rels/.rels': `<Relationships><Relationship Id="r" Type="${RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${RELATION}"><sheets>${parts.sheets ?? '<sheet name="Contacts" sheetId="1" r:id="rId1"/>'}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${relations}</Relationships>`,
    'xl/sharedStrings.xml': `<sst xmlns="${MAIN}">${strings}</sst>`,
    'xl/styles.xml': `<styleSheet xmlns="${MAIN}">${parts.styles ?? ''}</styleSheet>`,
    'xl/worksheets/sheet1.xml': `<?xml version="1.0" encoding="UTF-8"?>\n<worksheet xmlns="${MAIN}"><sheetData>${parts.rows}</sheetData></worksheet>`,
    ...parts.extra,
  };
}

/** A row of inline strings. */
export function textRow(number: number, cells: string[]): string {
  const inside = cells.map((cell) => `<c t="inlineStr"><is><t>${cell}</t></is></c>`).join('');
  return `<row r="${number}">${inside}</row>`;
}

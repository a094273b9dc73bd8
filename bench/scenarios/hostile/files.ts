import { workbook } from '../../../test/contacts/workbook.js';

const ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>phone</t></is></c></row>';

/** 300,000 formats of cells. */
export function styledWorkbook(): Buffer {
  const formats = Array.from(
    { length: 300_000 },
    (_, index) => `<xf numFmtId="${index}" fontId="0" fillId="0"/>`,
  );
  return workbook({ rows: ROW, styles: `<cellXfs count="300000">${formats.join('')}</cellXfs>` });
}

/** A million tags, each inside of the one before. */
export function deepWorkbook(): Buffer {
  return workbook({ rows: `${ROW}${'<a>'.repeat(1_000_000)}${'</a>'.repeat(1_000_000)}` });
}

/** Eight megabytes in one cell, each second letter a quote. */
export function quotedCells(): Buffer {
  return Buffer.from(`phone,name\n+5511987654321,"${'""a'.repeat(2_700_000)}"\n${'"",'.repeat(100_000)}\n`);
}

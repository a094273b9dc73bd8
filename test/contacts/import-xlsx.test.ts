import { renderPart, templateScope } from '../../src/modules/content/core/templates/template.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultImportLimits } from '../../src/modules/contacts/import/limits.js';
import { readSheet, type SheetContext } from '../../src/modules/contacts/import/xlsx/sheet.js';
import { readSharedStrings } from '../../src/modules/contacts/import/xlsx/shared-strings.js';
import { brazilian, counts, ImportHarness } from './import-harness.js';
import { textRow, workbook, workbookFiles, zip } from './workbook.js';

let harness: ImportHarness;
beforeAll(async () => {
  harness = await ImportHarness.create();
});
afterAll(() => harness.close());

const PHONE = '+5511987654321';
const header = textRow(1, ['name', 'phone', 'city']);

describe('the cells of a workbook are read as a person sees them', () => {
  async function firstContact(cells: string, parts: Partial<Parameters<typeof workbook>[0]> = {}) {
    const file = workbook({ rows: `${header}<row r="2">${cells}</row>`, ...parts });
    // The name says csv: the content decides.
    const result = await harness.run(file, { fileName: 'contacts.csv' });
    expect(result.import).toMatchObject({ status: 'completed', progress: 100 });
    return result.contacts[0];
  }

  it('numbers as floats, in every form', async () => {
    const rows = [
      '<row r="2"><c r="B2"><v>5511987654321</v></c></row>',
      '<row r="3"><c r="B3"><v>5.511987654322E12</v></c></row>',
      '<row r="4"><c r="B4"><v>5511987654323.0</v></c></row>',
      '<row r="5"><c r="B5"><v>5.51198765432E12</v></c></row>',
    ].join('');
    const { contacts } = await harness.run(workbook({ rows: header + rows }));
    expect(contacts.map(({ phone }) => phone)).toEqual([
      '+5511987654321',
      '+5511987654322',
      '+5511987654323',
      '+5511987654320',
    ]);
  });

  it('a long number that has lost its last digits is no number', async () => {
    const rows = '<row r="2"><c r="B2"><v>5.51196E+12</v></c></row>';
    const { contacts, errors } = await harness.run(workbook({ rows: header + rows }));
    expect(contacts).toEqual([]);
    expect(errors).toContain('a spreadsheet shortened the number');
  });

  it('numbers with decimals stay numbers, also by way of the rejected rows', async () => {
    const cells = ['1.125', '12.5', '1125', '-1.125', '0.5', '1e-3', '3']
      .map((number) => `<c><v>${number}</v></c>`)
      .join('');
    const titles = textRow(1, ['phone', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'typed']);
    const row = (number: number, phone: string) =>
      `<row r="${number}"><c><v>${phone}</v></c>${cells}<c t="inlineStr"><is><t>1.125</t></is></c></row>`;
    const file = workbook({ rows: titles + row(2, PHONE) + row(3, '12') });
    const { contacts, errors } = await harness.run(file);
    const numbers = { a: 1.125, b: 12.5, c: '1125', d: -1.125, e: 0.5, f: 0.001, g: '3', typed: '1.125' };
    expect(contacts).toEqual([{ phone: PHONE, name: null, attributes: numbers }]);
    const printed = (key: string) =>
      renderPart(
        { type: 'text', content: `{{ ${key} | number: "pt-BR" }}` },
        templateScope({ phone: PHONE, name: null, variables: contacts[0]?.attributes ?? {} }),
      );
    expect(['a', 'd', 'typed'].map(printed)).toMatchObject([
      { content: { text: '1,125' } },
      { content: { text: '-1,125' } },
      // A text: what a Brazilian writes so is one thousand one hundred and twenty-five.
      { content: { text: '1.125' } },
    ]);
    const again = await harness.run(errors.replace(',12,', `,${PHONE},`));
    expect(again.contacts[0]?.attributes).toMatchObject({ a: '1.1250', d: '-1.1250', typed: '1.125' });
  });

  it('shared, rich and escaped text', async () => {
    const contact = await firstContact(
      '<c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="C2" t="s"><v>2</v></c>',
      {
        sharedStrings: [
          '<r><rPr><b/></rPr><t>山田</t></r><r><t xml:space="preserve"> 太郎</t></r><rPh sb="0" eb="2"><t>ヤマダ</t></rPh>',
          '<t>+55 11 98765&#45;4321</t>',
          '<t>S&amp;P_x000D_\nRecife</t>',
        ],
      },
    );
    expect(contact).toEqual({ phone: PHONE, name: '山田 太郎', attributes: { city: 'S&P\r\nRecife' } });
  });

  it('formulas by their value, dates and booleans as text', async () => {
    const rows = `${textRow(1, ['name', 'phone', 'birthday', 'seen', 'vip', 'sum'])}
      <row r="2"><c r="A2" t="str"><f>UPPER("ana")</f><v>ANA</v></c><c r="B2"><f>5511987654320+1</f><v>5511987654321</v></c>
      <c r="C2" s="1"><v>33390</v></c><c r="D2" s="2"><v>45000.5</v></c><c r="E2" t="b"><v>1</v></c><c r="F2"><v>0.30000000000000004</v></c></row>`;
    const styles = `<numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy\\ hh:mm"/></numFmts>
      <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs>`;
    const { contacts } = await harness.run(workbook({ rows, styles }));
    expect(contacts).toEqual([
      {
        phone: PHONE,
        name: 'ANA',
        attributes: { birthday: '1991-06-01', seen: '2023-03-15T12:00:00', vip: 'true', sum: 0.3 },
      },
    ]);
  });

  it('sparse rows', async () => {
    const contact = await firstContact(
      `<c r="B2" t="inlineStr"><is><t>${PHONE}</t></is></c><c r="C2"/><c r="AB2"/>`,
    );
    expect(contact).toEqual({ phone: PHONE, name: null, attributes: {} });
  });

  it('a far cell, an endless one or a row number beyond Excel costs only its row', async () => {
    const cell = (inside: string) => `<c r="B2"><v>${brazilian(1)}</v></c>${inside}`;
    const rows = [
      `<row r="2">${cell('<c r="XFD2"><v>1</v></c>')}</row>`,
      `<row r="3">${cell(`<c r="A3" t="str"><v>${'x'.repeat(20_000)}</v></c>`)}</row>`,
      textRow(9_007_199_254_740_991, ['Bia', 'nobody']),
      textRow(6, ['Ana', PHONE]),
    ].join('');
    const result = await harness.run(workbook({ rows: header + rows }));
    expect(result.import).toMatchObject({
      status: 'completed',
      counts: counts({ created: 1, invalid: 3 }),
    });
    expect(result.errors).toMatch(
      /\n2,the row has 201 columns.*\n3,the name is longer.*\n4,the phone number contains/s,
    );
  });

  it('phonetic hints, comments and CDATA', async () => {
    const name =
      '<is><r><t>漢</t></r><r><t><![CDATA[字]]><!-- x --></t></r><rPh sb="0" eb="2"><t>かんじ</t></rPh></is>';
    const contact = await firstContact(`<c r="A2" t="inlineStr">${name}</c><c r="B2"><v>${PHONE}</v></c>`);
    expect(contact).toMatchObject({ name: '漢字' });
  });

  const sheetIn = (encoding: string) =>
    `<?xml version="1.0" encoding="${encoding}"?><worksheet><sheetData>${header}${textRow(2, ['José', PHONE])}</sheetData></worksheet>`;
  it.each([
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${sheetIn('UTF-8')}`)],
    ['UTF-16 little endian', Buffer.from(`\uFEFF${sheetIn('UTF-16')}`, 'utf16le')],
    ['UTF-16 big endian', Buffer.from(`\uFEFF${sheetIn('UTF-16')}`, 'utf16le').swap16()],
    ['UTF-16 without a mark', Buffer.from(sheetIn('UTF-16'), 'utf16le')],
    ['Latin-1', Buffer.from(sheetIn('ISO-8859-1'), 'latin1')],
  ])('parts in %s', async (_, bytes) => {
    const file = workbook({ rows: '', extra: { 'xl/worksheets/sheet1.xml': bytes } });
    const { contacts } = await harness.run(file);
    expect(contacts).toMatchObject([{ phone: PHONE, name: 'José' }]);
  });

  it('errors are no values, and no phone numbers', async () => {
    const rows = `${header}<row r="3"><c r="A3" t="e"><v>#N/A</v></c><c r="B3"><v>5511987654321</v></c></row>
      <row r="7"><c r="B7" t="e"><v>#REF!</v></c></row>`;
    const result = await harness.run(workbook({ rows }));
    expect(result.import.counts).toEqual(counts({ created: 1, invalid: 1 }));
    expect(result.contacts).toEqual([{ phone: PHONE, name: null, attributes: {} }]);
    expect(result.errors).toContain('7,the phone cell holds the error #REF!');
  });

  it('the first visible sheet counts', async () => {
    const sheets =
      '<sheet name="Old" sheetId="1" state="hidden" r:id="rId1"/><sheet name="New" sheetId="2" r:id="rId4"/>';
    const visible = `<worksheet><sheetData>${textRow(1, ['phone'])}${textRow(2, [PHONE])}</sheetData></worksheet>`;
    const file = workbook({ rows: header, sheets, extra: { 'xl/worksheets/sheet2.xml': visible } });
    expect((await harness.run(file)).contacts).toMatchObject([{ phone: PHONE }]);
  });

  it('dates in the formats of East Asia and Thailand, unless the workbook declares them otherwise', async () => {
    const formats = [27, 31, 36, 50, 57, 58, 71, 81, 59, 49, 28];
    const styles = `<numFmts><numFmt numFmtId="28" formatCode="0.00"/></numFmts>
      <cellXfs>${formats.map((id) => `<xf numFmtId="${id}"/>`).join('')}</cellXfs>`;
    const titles = formats.map((id) => `f${id}`);
    const cells = formats.map((_, index) => `<c s="${index}"><v>46346</v></c>`).join('');
    const rows = `${textRow(1, ['phone', ...titles])}<row r="2"><c><v>5511987654321</v></c>${cells}</row>`;
    const { contacts } = await harness.run(workbook({ rows, styles }));
    const dates = Object.fromEntries(titles.slice(0, 8).map((title) => [title, '2026-11-20']));
    expect(contacts[0]?.attributes).toEqual({ ...dates, f59: '46346', f49: '46346', f28: '46346' });
  });

  it.each([
    ['2026-11-20T00:00:00', '2026-11-20'],
    ['2026-11-20T00:00:00.000Z', '2026-11-20'],
    ['2026-11-20', '2026-11-20'],
    ['2026-11-20T13:45:00.000', '2026-11-20T13:45:00'],
    ['2026-11-20T13:45', '2026-11-20T13:45:00'],
    ['T13:45:00', '13:45:00'],
    ['1899-12-31T08:00:00', '08:00:00'],
    ['next week', 'next week'],
  ])('the date %s of a strict workbook is %s', async (written, expected) => {
    const rows = `${textRow(1, ['phone', 'due'])}<row r="2"><c><v>5511987654321</v></c><c t="d"><v>${written}</v></c></row>`;
    const { contacts } = await harness.run(workbook({ rows }));
    expect(contacts[0]?.attributes).toEqual({ due: expected });
  });

  it('the first visible sheet with rows counts, and it is said', async () => {
    const sheets =
      '<sheet name="Old" sheetId="1" state="veryHidden" r:id="rId1"/><sheet name="Empty" sheetId="2" r:id="rId5"/><sheet name="New" sheetId="3" r:id="rId4"/>';
    const sheet = (rows: string) => `<worksheet><sheetData>${rows}</sheetData></worksheet>`;
    const files = workbookFiles({
      rows: header,
      sheets,
      extra: {
        'xl/worksheets/sheet2.xml': sheet(textRow(1, ['phone']) + textRow(2, [PHONE])),
        'xl/worksheets/sheet3.xml': sheet('<row r="1"><c r="A1"/></row>'),
      },
    });
    const relations = String(files['xl/_rels/workbook.xml.rels']);
    const third =
      '<Relationship Id="rId5" Type="x/worksheet" Target="worksheets/sheet3.xml"/></Relationships>';
    files['xl/_rels/workbook.xml.rels'] = relations.replace('</Relationships>', third);
    const { contacts, import: done } = await harness.run(zip(files));
    expect(contacts).toMatchObject([{ phone: PHONE }]);
    expect(done.warnings).toEqual([expect.stringMatching(/"New" was imported.*"Old", "Empty"/)]);
  });

  it('hidden rows are left out or imported as asked, and counted either way', async () => {
    const hidden = (row: string) => row.replace('<row ', '<row hidden="1" ');
    const rows =
      header +
      textRow(2, ['Ana', brazilian(1)]) +
      hidden(textRow(3, ['Bia', brazilian(2)])) +
      hidden(textRow(4, [''])) +
      hidden(textRow(5, ['Caio', brazilian(3)])).replace('hidden="1"', 'hidden="true"');
    const without = await harness.run(workbook({ rows }));
    expect(without.contacts.map(({ name }) => name)).toEqual(['Ana']);
    expect(without.import.counts).toEqual(counts({ created: 1 }));
    expect(without.import.warnings).toEqual([
      expect.stringMatching(/^2 rows are hidden.*left out.*hiddenRows=include/),
    ]);
    const all = await harness.run(workbook({ rows }), { hiddenRows: 'include' });
    expect(all.contacts.map(({ name }) => name)).toEqual(['Ana', 'Bia', 'Caio']);
    expect(all.import.warnings).toEqual([expect.stringMatching(/^2 rows are hidden.*imported as asked/)]);
  });

  it('a merged name above the titles is no title', async () => {
    const rows = `${textRow(1, ['Clientes de março'])}<row r="2"/>${textRow(3, ['Telefone', 'Nome'])}${textRow(4, [PHONE, 'Ana'])}`;
    const { contacts, import: done } = await harness.run(workbook({ rows }));
    expect(contacts).toEqual([{ phone: PHONE, name: 'Ana', attributes: {} }]);
    expect(done.warnings).toEqual([expect.stringMatching(/found in line 3/)]);
  });

  it('prefixed tags are the same tags', async () => {
    const sheet = `<x:worksheet xmlns:x="m"><x:sheetData><x:row><x:c t="str"><x:v>phone</x:v></x:c></x:row><x:row><x:c><x:v>5511987654321</x:v></x:c></x:row></x:sheetData></x:worksheet>`;
    const file = workbook({ rows: '', extra: { 'xl/worksheets/sheet1.xml': sheet } });
    expect((await harness.run(file)).contacts).toMatchObject([{ phone: PHONE }]);
  });
});

describe('characters stay whole at any chunk border', () => {
  const name = 'Añaçé 山田太郎 محمد 👩‍👩‍👧';
  async function* inChunks(text: string, size: number): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }

  it('in chunks of 1 to 16 bytes', async () => {
    const sheet = `<worksheet><sheetData>${textRow(1, [name, '&lt;ç&gt;'])}<row r="2"><c t="s"><v>0</v></c></row></sheetData></worksheet>`;
    for (let size = 1; size <= 16; size += 1) {
      const sharedStrings = await readSharedStrings(
        inChunks(`<sst><si><t>${name}</t></si></sst>`, size),
        defaultImportLimits,
      );
      const context: SheetContext = {
        sharedStrings,
        dateStyles: [],
        date1904: false,
        limits: defaultImportLimits,
        maxTextLength: 1_000,
        hiddenRows: 'skip',
        onHiddenRow: () => undefined,
      };
      const rows = [];
      for await (const row of readSheet(inChunks(sheet, size), context)) rows.push(row);
      expect(rows).toEqual([
        { line: 1, cells: [name, '<ç>'] },
        { line: 2, cells: [name] },
      ]);
    }
  });

  it('in a large sheet: not one replacement character', async () => {
    const rows = Array.from({ length: 5_000 }, (_, index) =>
      textRow(index + 2, [`${'ã'.repeat(index % 17)}${name}`, brazilian(index), '東京']),
    ).join('');
    const { contacts, import: done } = await harness.run(workbook({ rows: header + rows }));
    expect(done.counts).toEqual(counts({ created: 5_000 }));
    expect(JSON.stringify(contacts)).not.toContain('\uFFFD');
    expect(contacts.every((contact) => contact.name?.endsWith(name))).toBe(true);
  });
});

describe('a workbook that cannot be read is refused with the reason', () => {
  const good = workbookFiles({ rows: header + textRow(2, ['Ana', PHONE, 'Recife']) });
  const damaged = zip(good);
  damaged.fill(0x55, 600, 700);
  const doctype = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet><sheetData/></worksheet>';
  const sheetOf = (rows: string, encoding: BufferEncoding = 'utf8') =>
    zip({ ...good, 'xl/worksheets/sheet1.xml': Buffer.from(`<worksheet><sheetData>${rows}`, encoding) });
  const binary = {
    '_rels/.rels':
      '<Relationships><Relationship Id="r" Type="x/officeDocument" Target="xl/workbook.bin"/></Relationships>',
    'xl/workbook.bin': '\x83\x01\0',
  };

  it.each<[string, Buffer, RegExp]>([
    ['a zip of something else', zip({ 'readme.txt': 'hello' }), /zip archive but not an xlsx/],
    ['a broken zip', Buffer.from('PK\x03\x04 and then nothing'), /damaged or incomplete/],
    ['a truncated workbook', zip(good).subarray(0, 900), /damaged or incomplete/],
    ['damaged bytes inside', damaged, /damaged/],
    ['an encrypted one', zip(good, { flags: 1 }), /password/],
    ['broken xml', sheetOf('<row><c></row>'), /damaged/],
    ['xml that ends too early', sheetOf('<row r="1">'), /damaged/],
    ['entities', zip({ ...good, 'xl/worksheets/sheet1.xml': doctype }), /document type/],
    ['no visible sheet', zip({ ...good, 'xl/workbook.xml': '<workbook><sheets/></workbook>' }), /no visible/],
    ['a missing part', zip({ ...good, 'xl/_rels/workbook.xml.rels': '' }), /damaged/],
    [
      'too many columns',
      workbook({ rows: '<row r="1"><c r="XFD1"><v>1</v></c></row>' }),
      /more than 200 columns/,
    ],
    ['bytes that are no text', sheetOf(`<row r="1"><c><v>Jos\xe9</v></c>`, 'latin1'), /no utf-8 text/],
    ['a binary workbook', zip(binary), /\.xlsb/],
    ['no rows', workbook({ rows: '' }), /no rows/],
  ])('%s', async (_, file, reason) => {
    const { import: done } = await harness.run(file, { fileName: 'contacts.xlsx' });
    expect(done).toMatchObject({ status: 'failed', error: expect.stringMatching(reason) });
  });

  it('a zip bomb, long before it is unpacked', async () => {
    const bomb = Buffer.alloc(300 * 1024 ** 2, '<row><c/></row>');
    bomb.write('<worksheet><sheetData>                    ');
    const file = zip({ ...good, 'xl/worksheets/sheet1.xml': bomb });
    expect(file.length).toBeLessThan(1024 ** 2);
    const before = Date.now();
    const { import: done } = await harness.run(file);
    expect(done).toMatchObject({ status: 'failed', error: expect.stringMatching(/zip bomb/) });
    expect(Date.now() - before).toBeLessThan(5_000);
  });

  it('a bomb in one endless text, tag or comment', async () => {
    for (const start of ['<row><c><v>', '<row a="', '<!--']) {
      const text = Buffer.alloc(8 * 1024 ** 2, 'a');
      const { import: done } = await harness.run(sheetOf(start + text.toString()));
      expect(done).toMatchObject({ status: 'failed', error: expect.stringMatching(/long text|10000/) });
    }
  });

  it.each([
    ['bytes of one entry', { maxEntryBytes: 1_000 }, /unpacks to more/],
    ['bytes of all entries', { maxUnpackedBytes: 2_000 }, /unpacks to more/],
    ['shared strings', { maxSharedStrings: 5 }, /more than 5 texts; copy/],
    ['text of shared strings', { maxSharedStringLength: 50 }, /more than 50 characters; copy/],
    ['cells', { maxCells: 20 }, /more than 20 cells; copy/],
  ])('too many %s', async (_, limits, reason) => {
    const rows = Array.from({ length: 50 }, (__, index) =>
      textRow(index + 2, ['', brazilian(index), 'x'.repeat(20)]),
    ).join('');
    const sharedStrings = Array.from({ length: 10 }, () => '<t>0123456789</t>');
    const file = workbook({ rows: header + rows, sharedStrings });
    const { import: done } = await harness.run(file, { limits });
    expect(done).toMatchObject({ status: 'failed', error: expect.stringMatching(reason) });
  });
});

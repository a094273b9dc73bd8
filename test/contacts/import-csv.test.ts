import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCsv } from '../../src/modules/contacts/import/csv.js';
import { defaultImportLimits } from '../../src/modules/contacts/import/limits.js';
import { brazilian, counts, ImportHarness } from './import-harness.js';

let harness: ImportHarness;
beforeAll(async () => {
  harness = await ImportHarness.create();
});
afterAll(() => harness.close());

const PHONE = '+5511987654321';

describe('a csv file is imported whatever form it comes in', () => {
  it.each([
    ['commas', 'name,phone,city\r\n"Silva, Ana",+5511987654321,Recife\r\n'],
    ['semicolons', 'name;phone;city\n"Silva, Ana";+5511987654321;Recife\n'],
    ['tabs', 'name\tphone\tcity\nSilva, Ana\t+5511987654321\tRecife'],
    ['pipes', 'name|phone|city\rSilva, Ana|+5511987654321|Recife\r'],
    ['a declared delimiter', 'sep=;\r\nname;phone;city\r\nSilva, Ana;+5511987654321;Recife\r\n'],
    ['a quoted declaration', '"sep=;"\r\nname;phone;city\r\n"Silva, Ana";+5511987654321;Recife\r\n'],
    ['blanks before quotes', 'name, phone, city\n"Silva, Ana", "+5511987654321", "Recife"\n'],
    ['mixed line ends', 'name;phone;city\r\n\rSilva, Ana;+5511987654321;Recife\n\r'],
    ['a byte order mark', '\uFEFF"name";"phone";"city"\n"Silva, Ana";"+5511987654321";"Recife"\n'],
    ['text written as formulas', 'name,phone,city\n"Silva, Ana","=""+5511987654321""",="Recife"\n'],
    ['empty lines', '\n\nname;phone;city\n\nSilva, Ana;+5511987654321;Recife\n;;\n'],
  ])('%s', async (_, text) => {
    const result = await harness.run(text);
    expect(result.import).toMatchObject({
      status: 'completed',
      progress: 100,
      counts: counts({ created: 1 }),
    });
    expect(result.contacts).toEqual([{ phone: PHONE, name: 'Silva, Ana', attributes: { city: 'Recife' } }]);
  });

  const names = 'João Conceição,Zoë Œuvre,“Müller” €5'.split(',');
  const text = `nome;telefone\n${names.map((name, index) => `${name};${brazilian(index)}`).join('\n')}\n`;
  const utf16be = Buffer.from(`\uFEFF${text}`, 'utf16le').swap16();
  it.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-16 little endian', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16 big endian', utf16be],
    ['Windows-1252', windows1252(text)],
  ])('%s keeps every name', async (_, bytes) => {
    const { contacts } = await harness.run(bytes);
    expect(contacts.map(({ name }) => name)).toEqual(names);
  });

  it('one accent in Latin-1 behind a megabyte of ASCII decides the encoding', async () => {
    const filler = Array.from({ length: 200 }, (_, index) => `${'x'.repeat(5_000)},${index}\n`).join('');
    const bytes = Buffer.from(`name,phone\n${filler}Jos\xe9,${PHONE}\n`, 'latin1');
    const { contacts } = await harness.run(bytes);
    expect(contacts).toEqual([{ phone: PHONE, name: 'José', attributes: {} }]);
  });

  it('one name cut in the middle of a letter does not spoil all others', async () => {
    const rows = names.map((name, index) => `${name},${brazilian(index)}\n`).join('');
    const bytes = Buffer.concat([
      Buffer.from(`name,phone\n${rows}Jos`),
      Buffer.from([0xc3]),
      Buffer.from(`,${PHONE}\n`),
    ]);
    const { contacts } = await harness.run(bytes);
    expect(contacts.map(({ name }) => name)).toEqual([...names, 'Jos\uFFFD']);
  });

  it('national numbers take the country of the request, else the configured one', async () => {
    const file = 'phone\n(11) 98765-4321\n';
    expect((await harness.run(file)).contacts).toMatchObject([{ phone: PHONE }]);
    const german = await harness.run('phone\n0151 23456789\n', { defaultCountry: 'de' });
    expect(german.contacts).toMatchObject([{ phone: '+4915123456789' }]);
  });

  it('a file without a title row is read by what its first row holds', async () => {
    const { contacts } = await harness.run(`Ana;11 98765-4321;Recife\nBia;11 98765-4322;Olinda\n`);
    expect(contacts).toEqual([
      { phone: PHONE, name: 'Ana', attributes: { column_3: 'Recife' } },
      { phone: '+5511987654322', name: 'Bia', attributes: { column_3: 'Olinda' } },
    ]);
  });

  it("the caller's mapping wins over the titles", async () => {
    const { contacts } = await harness.run('phone,backup,who,town\n+4930123456,11987654321,Ana,Recife\n', {
      mapping: { phoneNumber: 'backup', name: 'WHO', city: '4' },
    });
    expect(contacts).toEqual([
      { phone: PHONE, name: 'Ana', attributes: { city: 'Recife', phone_2: '+4930123456' } },
    ]);
  });

  it('all contacts of the file become members of the list', async () => {
    const { tenantId, import: first } = await harness.run(`phone\n${PHONE}\n`, { listName: 'VIP' });
    await harness.run(`phone\n${PHONE}\n+5511987654322\n`, { listName: 'VIP', tenantId });
    const page = await harness.contacts.list(tenantId, { listId: first.listId ?? '' }, { limit: 10 });
    expect(page.items).toHaveLength(2);
  });
});

describe('characters stay whole at any chunk border', () => {
  const name = 'Añaçé 山田太郎 محمد 👩‍👩‍👧 Ünïcødé';
  const text = `name,phone\r\n"${name}\r\nx",${PHONE}\r\n${name},${brazilian(1)}\r\n`;
  const files: [string, Buffer][] = [
    ['utf-8', Buffer.from(text)],
    ['utf-16le', Buffer.from(`\uFEFF${text}`, 'utf16le')],
  ];
  it.each(files)('%s in chunks of 1 to 16 bytes', async (_, bytes) => {
    const folder = await mkdtemp(join(tmpdir(), 'starling-chunks-'));
    const path = join(folder, 'file');
    await writeFile(path, bytes);
    for (let chunkBytes = 1; chunkBytes <= 16; chunkBytes += 1) {
      const { rows } = await openCsv(path, { limits: defaultImportLimits, chunkBytes });
      const read = [];
      for await (const { line, cells } of rows) read.push({ line, cells });
      expect(read).toEqual([
        { line: 1, cells: ['name', 'phone'] },
        { line: 2, cells: [`${name}\nx`, PHONE] },
        { line: 4, cells: [name, brazilian(1)] },
      ]);
      expect(JSON.stringify(read)).not.toContain('\uFFFD');
    }
    await rm(folder, { recursive: true });
  });
});

describe('rows that cannot be imported are handed back', () => {
  it('with line, reason and their cells, and formulas made harmless', async () => {
    const file = [
      'name;phone;note',
      `Ana;${PHONE};ok`,
      '"two\r\nlines";nobody;=HYPERLINK("http://evil")',
      `Ana again;(11) 98765-4321;`,
      'Bia;;@cmd',
      'Cid;5.51199E+12;-1',
      'Dora;+55 11 9;+1',
      'Eva;#N/A;',
      `Fay;${brazilian(1)};a;b`,
    ].join('\r\n');
    const result = await harness.run(file);
    expect(result.import).toMatchObject({
      status: 'completed',
      counts: counts({ created: 1, duplicate: 1, invalid: 6 }),
      errorsUrl: `/api/imports/${result.import.id}/errors`,
    });
    expect(result.errors.split('\r\n')).toEqual([
      '\uFEFFline,reason,name,phone,note',
      `3,the phone number contains letters,"two\nlines",nobody,"'=HYPERLINK(""http://evil"")"`,
      "6,the phone number is empty,Bia,,'@cmd",
      "7,a spreadsheet shortened the number and its last digits are lost; format the column as text and export again,Cid,5.51199E+12,'-1",
      "8,the phone number is too short for Brazil (+55),Dora,'+55 11 9,'+1",
      '9,the phone cell holds the error #N/A,Eva,#N/A,',
      `10,the row has 4 columns but the first row has 3; quote cells that contain the delimiter,Fay,${brazilian(1)},a,b`,
      '',
    ]);
  });

  it('also those with an endless cell or far too many columns', async () => {
    const file = [
      'phone,note,',
      `${brazilian(1)},${'y'.repeat(20_000)}`,
      `${brazilian(2)},b${','.repeat(300)}c`,
      `${PHONE},fine${','.repeat(300)}`,
    ].join('\n');
    const result = await harness.run(file);
    expect(result.import.counts).toEqual(counts({ created: 1, invalid: 2 }));
    expect(result.errors).toMatch(/\n2,"?the cell "+note"+ is longer.*\n3,the row has 201 columns/s);
  });

  it('lines that are not csv are, each with its own number, and the others are imported', async () => {
    const file = [
      'name,city,phone',
      `"Bia,Olinda,${brazilian(1)}`,
      `Caio,Natal,${brazilian(2)}`,
      `Davi",Recife,${brazilian(3)}`,
      `"Eva","Rua A, 1`,
      `Centro, PE",${brazilian(4)}`,
      `"Fay" x,Belem,${brazilian(5)}`,
      `Gil,Rio,"${brazilian(6)}`,
    ].join('\n');
    const result = await harness.run(file);
    expect(result.import).toMatchObject({ status: 'completed', counts: counts({ created: 3, invalid: 3 }) });
    expect(result.contacts).toEqual([
      { phone: brazilian(2), name: 'Caio', attributes: { city: 'Natal' } },
      { phone: brazilian(3), name: 'Davi"', attributes: { city: 'Recife' } },
      { phone: brazilian(4), name: 'Eva', attributes: { city: 'Rua A, 1\nCentro, PE' } },
    ]);
    const lines = result.errors.split('\r\n').slice(1, -1);
    expect(lines.map((line) => line.split(',')[0])).toEqual(['2', '7', '8']);
    expect(lines[0]).toContain('a quote opens in it that is not closed');
    expect(lines[1]).toContain('text follows a closing quote');
  });

  it('a quote that a title opens costs no contact', async () => {
    const file = `name,"city,phone\nAna,Recife,${brazilian(1)}\nBia,Natal,${brazilian(2)}\n`;
    const result = await harness.run(file);
    expect(result.import).toMatchObject({ counts: counts({ created: 2 }) });
    expect(result.import.warnings).toEqual([expect.stringMatching(/titles in line 1 were read without/)]);
    expect(result.contacts[0]).toMatchObject({ name: 'Ana', attributes: { city: 'Recife' } });
  });

  it('rows above the titles are left out, and it is said', async () => {
    const result = await harness.run(`Relatório;;\n;;\nTelefone;Nome;Cidade\n${PHONE};Ana;Recife\n`);
    expect(result.contacts).toEqual([{ phone: PHONE, name: 'Ana', attributes: { cidade: 'Recife' } }]);
    expect(result.import.warnings).toEqual([
      expect.stringMatching(/titles were found in line 3; 1 row above/),
    ]);
    expect(result.import.counts).toEqual(counts({ created: 1 }));
  });

  it('there is no link to errors when there are none', async () => {
    const { import: done } = await harness.run(`phone\n${PHONE}\n`);
    expect(done).not.toHaveProperty('errorsUrl');
  });
});

describe('contacts that exist', () => {
  it('are updated: names and attributes are merged, empty cells change nothing', async () => {
    const first = await harness.run(`name,phone,city,plan\nAna,${PHONE},Recife,gold\n`);
    const again = await harness.run(
      `name,phone,city,age\n,${PHONE},Olinda,30\nBia,${brazilian(1)},,\n${brazilian(2)},${brazilian(2)},,\n`,
      { tenantId: first.tenantId },
    );
    expect(again.import.counts).toEqual(counts({ updated: 1, created: 2 }));
    expect(again.contacts[0]).toEqual({
      phone: PHONE,
      name: 'Ana',
      attributes: { city: 'Olinda', plan: 'gold', age: '30' },
    });
    const third = await harness.run(`phone,city\n${PHONE},Olinda\n`, { tenantId: first.tenantId });
    expect(third.import.counts).toEqual(counts({ unchanged: 1 }));
  });

  it('are left alone on request', async () => {
    const first = await harness.run(`name,phone\nAna,${PHONE}\n`);
    const again = await harness.run(`name,phone\nBia,${PHONE}\n`, {
      tenantId: first.tenantId,
      onDuplicate: 'skip',
    });
    expect(again.import.counts).toEqual(counts({ unchanged: 1 }));
    expect(again.contacts).toMatchObject([{ name: 'Ana' }]);
  });

  it('stay opted out', async () => {
    const tenantId = await harness.test.createTenant();
    await harness.contacts.optOut(harness.test.database.manager, tenantId, PHONE, 'keyword');
    await harness.run(`name,phone\nAna,${PHONE}\n`, { tenantId });
    const page = await harness.contacts.list(tenantId, { optedOut: true }, { limit: 10 });
    expect(page.items).toMatchObject([{ name: 'Ana', optOutSource: 'keyword' }]);
  });
});

describe('a file that cannot be imported is refused with the reason', () => {
  it.each<[string, string | Buffer, RegExp]>([
    ['nothing', '', /empty/],
    ['blank lines', '\n \n', /no rows/],
    ['only titles', 'name,phone\n', /no contacts/],
    ['no phone column', 'name,city\nAna,Recife\n', /"name", "city".*mapping/],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'), /binary/],
    ['control characters', Buffer.from('\x01\x02\x03\x04phone\x05\n'), /binary/],
    ['an old workbook', Buffer.from('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...', 'latin1'), /\.xls.*password/],
    ['a web page', '<html><table><tr><td>phone</td></tr></table></html>', /web page/],
    ['a pdf', '%PDF-1.7 ...', /PDF/],
    ['too many columns', `phone${',x'.repeat(300)}\n`, /more than 200 columns/],
    ['a line without an end', `phone,x\n${' '.repeat(5_000_000)}`, /Row 2 does not end/],
  ])('%s', async (_, file, reason) => {
    const result = await harness.run(file);
    expect(result.import).toMatchObject({ status: 'failed', error: expect.stringMatching(reason) });
    expect(result.contacts).toEqual([]);
  });

  it('a mapping to a column that is not there names the columns that are', async () => {
    const result = await harness.run('name,phone\nAna,+5511987654321\n', {
      mapping: { phoneNumber: 'Celular' },
    });
    expect(result.import.error).toMatch(/"Celular".*"name", "phone"/);
  });

  it('too many rows: the rows up to the limit are in', async () => {
    const rows = Array.from({ length: 12 }, (_, index) => brazilian(index)).join('\n');
    const result = await harness.run(`phone\n${rows}\n`, { limits: { maxRows: 10, batchRows: 4 } });
    expect(result.import).toMatchObject({ status: 'failed', error: expect.stringMatching(/more than 10/) });
    expect(result.contacts).toHaveLength(10);
  });

  it('an upload that is gone', async () => {
    const tenantId = await harness.test.createTenant();
    const service = harness.service();
    const importId = await harness.upload(service, tenantId, `phone\n${PHONE}\n`);
    await rm(join(harness.filesDir, importId));
    await service.handleImport({ tenantId, importId }, { signal: new AbortController().signal });
    expect(await service.get(tenantId, importId)).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/no longer there/),
    });
  });
});

describe('a request that cannot be right is refused before anything is queued', () => {
  it.each([
    [{ defaultCountry: 'XX' }, 'defaultCountry'],
    [{ mapping: { 'bad key': 'A' } }, 'mapping.bad key'],
    [{ mapping: { phone: 'A' } }, 'mapping.phone'],
  ])('%j', async (options, path) => {
    const tenantId = await harness.test.createTenant();
    const upload = harness.upload(harness.service(), tenantId, 'phone\n', options);
    await expect(upload).rejects.toMatchObject({ kind: 'invalid', errors: [{ path }] });
    expect((await harness.service().list(tenantId, { limit: 10 })).items).toEqual([]);
  });
});

it('the upload is removed once the import has ended', async () => {
  const { import: done } = await harness.run(`phone\n${PHONE}\n`);
  await expect(access(join(harness.filesDir, done.id))).rejects.toThrow('ENOENT');
});

function windows1252(text: string): Buffer {
  const high = new Map([
    ['€', 0x80],
    ['“', 0x93],
    ['”', 0x94],
    ['Œ', 0x8c],
  ]);
  return Buffer.from(Array.from(text, (character) => high.get(character) ?? character.charCodeAt(0)));
}

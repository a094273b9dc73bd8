import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import iconv from 'iconv-lite';
import { codecOf, encodingNames, encodingOf } from '../../src/modules/contacts/import/core/encodings.js';
import { judgeWestern } from '../../src/modules/contacts/import/core/western.js';
import { ImportHarness } from './import-harness.js';

let harness: ImportHarness;
beforeAll(async () => {
  harness = await ImportHarness.create();
});
afterAll(() => harness.close());

const PHONE = '+5511987654321';

/** Names as people write them there, each file in the encoding that programs of the region save. */
const foreign: [string, string][] = [
  ['windows-1250', 'Łukasz Żółć'],
  ['windows-1250', 'Jiří Dvořák'],
  ['windows-1251', 'Иван Петров'],
  ['windows-1253', 'Γιώργος Παπάς'],
  ['windows-1254', 'Çağlar Şahin'],
  ['windows-1255', 'דוד לוי'],
  ['windows-1256', 'محمد حسن'],
  ['windows-1257', 'Jānis Bērziņš'],
  ['windows-874', 'สมชาย ใจดี'],
  ['shift_jis', '山田 太郎'],
  ['euc-jp', '佐藤 花子'],
  ['gbk', '张伟'],
  ['big5', '陳美麗'],
  ['euc-kr', '김민수'],
  ['koi8-r', 'Ольга Жукова'],
  ['ibm866', 'Анна Чехова'],
  ['ibm850', 'João Müller'],
  ['macintosh', 'José Gonçalves'],
];

function fileIn(encoding: string, name: string): Buffer {
  const known = encodingOf(encoding);
  return iconv.encode(`phone,name\r\n${PHONE},${name}\r\n`, known ? codecOf(known) : encoding);
}

describe('a file that writes its letters in ASCII', () => {
  const file = (name: string) => `phone,name\r\n${PHONE},${name}\r\n`;

  it.each([
    '\u001b$B;3EDB@O:\u001b(B',
    '\u001b$)C\u000e1h9N<v\u000f',
    'x'.repeat(262_115) + '\u001b$B;3\u001b(B',
  ])('is refused in ISO-2022: %j', async (name) => {
    const { contacts, import: done } = await harness.run(file(name));
    expect(done).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/ISO-2022.*save it as UTF-8/),
    });
    expect(contacts).toEqual([]);
  });

  it.each([
    ['HZ', '~{MuP!Cw~}'],
    ['UTF-7', 'Jo+AOM-o'],
    ['UTF-7', '+XHF1MFkqkM4-'],
  ])('is imported with a warning in %s: %s', async (encoding, name) => {
    const { contacts, import: done } = await harness.run(file(name));
    expect(contacts).toMatchObject([{ name }]);
    expect(done.warnings).toEqual([expect.stringMatching(new RegExp(`looks like ${encoding}.*UTF-8`))]);
  });

  it.each(['+55 11-98765-4321', 'ana+Promo-x@example.com', '~{a}', '5+ABC-2', 'A+B-C', '~ {x} ~'])(
    '%s is no such file',
    async (name) => {
      const { import: done } = await harness.run(file(name));
      expect(done.warnings).toEqual([]);
    },
  );
});

describe('a file in an encoding of its region', () => {
  it.each(foreign)('%s: %s is read with the field encoding', async (encoding, name) => {
    const { contacts, import: done } = await harness.run(fileIn(encoding, name), { encoding });
    expect(contacts).toMatchObject([{ phone: PHONE, name }]);
    expect(done.warnings).toEqual([]);
  });

  it.each(foreign)('%s: %s is refused without it, and the encoding named', async (encoding, name) => {
    const { contacts, import: done } = await harness.run(fileIn(encoding, name));
    expect(done).toMatchObject({ status: 'failed', error: expect.stringContaining('field "encoding"') });
    expect(done.error).toContain(encoding);
    expect(contacts).toEqual([]);
  });

  it('Western names are read as Windows-1252, and it is said', async () => {
    const { contacts, import: done } = await harness.run(fileIn('windows-1252', 'João D’Ávila'));
    expect(contacts).toMatchObject([{ name: 'João D’Ávila' }]);
    expect(done.warnings).toEqual([expect.stringMatching(/read as windows-1252.*"encoding"/)]);
  });

  it('a character cut in two by the border of a chunk stays whole', async () => {
    const rows = Array.from(
      { length: 30_000 },
      (_, index) => `x,+55119${80_000_000 + index},${'山'.repeat(index % 3)}太郎\n`,
    );
    const file = iconv.encode(`a,phone,name\n${rows.slice(0, 9_000).join('')}`, 'shift_jis');
    const { contacts } = await harness.run(file, { encoding: 'shift_jis' });
    expect(new Set(contacts.map(({ name }) => name))).toEqual(new Set(['太郎', '山太郎', '山山太郎']));
  });
});

describe('what is said of letters that may be wrong', () => {
  it('letters that are not valid in the encoding', async () => {
    const { import: done } = await harness.run(fileIn('windows-1251', 'Иван Петров'), {
      encoding: 'shift_jis',
    });
    const { import: utf8 } = await harness.run(Buffer.from(`phone,name\n${PHONE},Zoë Jos\xe9\n`, 'latin1'), {
      encoding: 'utf-8',
    });
    expect(utf8.warnings).toEqual([expect.stringMatching(/^2 characters are not valid in utf-8/)]);
    expect(done.warnings.join()).not.toBe('');
  });

  it('a file in UTF-8 that is read as something else, as asked', async () => {
    const { import: done } = await harness.run(fileIn('utf-8', 'José'), { encoding: 'latin1' });
    expect(done.warnings).toEqual([expect.stringMatching(/looks like UTF-8/)]);
  });

  it('a byte order mark knows better than the field', async () => {
    const file = Buffer.from(`\uFEFFphone,name\n${PHONE},José\n`);
    const { contacts, import: done } = await harness.run(file, { encoding: 'windows-1250' });
    expect(contacts).toMatchObject([{ name: 'José' }]);
    expect(done.warnings).toEqual([]);
  });
});

describe('UTF-16 and marks', () => {
  const text = `phone;name\r\n${PHONE};João 山田\r\n`;
  const little = Buffer.from(text, 'utf16le');
  it.each<[string, Buffer, string | undefined]>([
    ['little endian without a mark', little, undefined],
    ['big endian without a mark', Buffer.from(little).swap16(), undefined],
    ['little endian, named', little, 'UTF-16LE'],
    ['a mark twice', Buffer.from(`\uFEFF\uFEFF${text}`), undefined],
    [
      'a mark twice before a quote',
      Buffer.from(`\uFEFF\uFEFF"phone";"name"\r\n"${PHONE}";"João 山田"\r\n`),
      undefined,
    ],
    ['a mark where files were joined', Buffer.from(`phone;name\n\uFEFF${PHONE};João 山田\n`), undefined],
  ])('%s', async (_, file, encoding) => {
    const { contacts, import: done } = await harness.run(file, { encoding });
    expect(contacts).toEqual([{ phone: PHONE, name: 'João 山田', attributes: {} }]);
    expect(done.warnings).toEqual([]);
  });

  it('UTF-32 and stray zeros are refused', async () => {
    const wide = Buffer.from(
      Array.from(`\uFEFF${text}`).flatMap((one) => [one.charCodeAt(0) & 255, one.charCodeAt(0) >> 8, 0, 0]),
    );
    expect((await harness.run(wide)).import.error).toMatch(/UTF-32/);
    expect((await harness.run(`phone,name\n${PHONE},A\0na\n`)).import.error).toMatch(/binary/);
  });
});

describe('the names of encodings', () => {
  it('are known under what programs call them', () => {
    const labels = [
      'CP1250',
      'Windows 1250',
      'win-1251',
      'ISO-8859-1',
      'Latin1',
      'SJIS',
      'cp932',
      'GB2312',
      'cp949',
    ];
    expect(labels.map(encodingOf)).toEqual([
      'windows-1250',
      'windows-1250',
      'windows-1251',
      'windows-1252',
      'windows-1252',
      'shift_jis',
      'shift_jis',
      'gbk',
      'euc-kr',
    ]);
    expect(encodingOf('klingon')).toBeUndefined();
  });

  it('all stand in the documentation', async () => {
    const page = await readFile('docs/contacts.md', 'utf8');
    expect(encodingNames.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('can all be decoded', () => {
    expect(encodingNames.filter((name) => !iconv.encodingExists(codecOf(name)))).toEqual([]);
  });

  it('are named when one is not known', async () => {
    const tenantId = await harness.test.createTenant();
    const upload = harness.upload(harness.service(), tenantId, 'phone\n', { encoding: 'klingon' });
    await expect(upload).rejects.toMatchObject({
      kind: 'invalid',
      errors: [{ path: 'encoding', message: expect.stringMatching(/"klingon".*windows-1250.*shift_jis/) }],
    });
  });
});

describe('text in Western languages makes sense as Windows-1252', () => {
  it.each([
    'João Conceição Araújo',
    'Zoë Œuvre “Müller” €5',
    'Sørensen Bjørn Kjær Ångström',
    'MARÍA Ñuñoa ¿Qué? ¡Hola! D´Ávila',
    'nº 1ª Mª 5° m² ½',
    'Élodie Lefèvre à côté',
    'Straße Größe Öz',
  ])('%s', (text) => expect(judgeWestern(text).odd).toBe(0));

  it.each(['£ukasz', 'Paweł'.replace('ł', '³'), 'Dvoøák', 'Þahin', 'Ãéþñãïò', 'JoÆo', 'Jos‚', 'Èâàí'])(
    'not so %s',
    (text) => expect(judgeWestern(text)).toEqual({ words: 1, odd: 1 }),
  );
});

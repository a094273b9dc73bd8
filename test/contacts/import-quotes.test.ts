import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CsvRows, type CsvRow } from '../../src/modules/contacts/import/core/csv-rows.js';
import { shapeOf } from '../../src/modules/contacts/import/core/sample.js';

const MAX_LENGTH = 100_000;
/** The same files in every run. */
const SEED = 20261130;

function read(lines: readonly string[], delimiter = ',', maxLength = MAX_LENGTH): CsvRow[] {
  const shape = shapeOf(lines.slice(0, 1_000), delimiter);
  const rows = new CsvRows({ delimiter, firstLine: 1, shape, maxLength });
  return [...lines.flatMap((text) => rows.push({ text, end: '\n' })), ...rows.end()];
}

const header = 'name,city,phone';
const phone = (index: number) => `+5511961${String(300_000 + index)}`;
const ana = `Ana,Recife,${phone(1)}`;
const bia = `Bia,Olinda,${phone(2)}`;
const caio = `Caio,Natal,${phone(3)}`;
const davi = `Davi,Belem,${phone(4)}`;

describe('a stray quote spoils its own line only', () => {
  it.each<[string, string[], number[]]>([
    ['at the start of a line', [header, ana, `"${bia}`, caio, davi], [3]],
    ['in the first data row', [header, `"${ana}`, bia, caio, davi], [2]],
    ['in the title row', ['name,"city,phone', ana, bia, caio, davi], [1]],
    ['at the start of a cell in the middle', [header, `Bia,"Olinda,${phone(2)}`, ana, caio, davi], [2]],
    ['at the start of the last cell', [header, ana, `Bia,Olinda,"${phone(2)}`, caio, davi], [3]],
    ['at the end of the file', [header, ana, caio, davi, `"${bia}`], [5]],
    ['opened and closed by another one', [header, `"${bia}`, ana, caio, `Davi",Belem,${phone(4)}`], [2]],
    ['closed in the next line', [header, `"${bia}`, `Davi",Belem,${phone(4)}`, ana], [2]],
    ['closed at the end of a line', [header, `Bia,Olinda,"${phone(2)}`, ana, `Davi,Belem,${phone(4)}"`], [2]],
    ['closed where no cell ends', [header, `"${bia}`, ana, `Da"vi,Belem,${phone(4)}`, caio], [2]],
    ['in many lines', [header, `"${bia}`, ana, `"${caio}`, `Eva,"Rio,${phone(5)}`, davi], [2, 4, 5]],
    ['with text behind a closed one', [header, `"Bia" Lima,Olinda,${phone(2)}`, ana], [2]],
    ['with quotes nobody doubled', [header, `"Bar "Sol", sala 2",Olinda,${phone(2)}`, ana], [2]],
    ['in a row without a number', [header, '"Bia,Olinda,unknown', ana, `Davi",Belem,${phone(4)}`], [2]],
    ['closed too late for a row', [header, '"Bia,Olinda,unknown', `Davi,Belem",${phone(4)}`, ana], [2]],
    ['in a row with too few cells', [header, '"Bia,Olinda', ana, caio, davi], [2]],
  ])('%s', (_, lines, spoilt) => {
    const rows = read(lines);
    expect(rows.map(({ line }) => line)).toEqual(lines.map((_line, index) => index + 1));
    expect(rows.filter(({ error }) => error !== undefined).map(({ line }) => line)).toEqual(spoilt);
    for (const row of rows) expect(row.cells.join()).not.toContain('\n');
    // The others are what stands in their line.
    for (const row of rows.filter(({ error }) => error === undefined)) {
      expect(row.cells).toEqual(lines[row.line - 1]?.split(','));
    }
  });

  it('the reason tells what to do, and the cells are those of the line', () => {
    const [, spoilt] = read([header, `"${bia}`, caio]);
    expect(spoilt).toEqual({
      line: 2,
      cells: ['"Bia', 'Olinda', phone(2)],
      error: expect.stringMatching(/not csv: a quote opens in it that is not closed/),
    });
    expect(read([header, `"Bia"x,Olinda,${phone(2)}`])[1]?.error).toMatch(/text follows a closing quote/);
  });

  it('wherever quotes fall into a file of rows without any', () => {
    const cell = fc.constantFrom('Ana', 'Bia Lima', 'Rua A 12', '', '01310-100', 'x');
    const file = fc.record({
      width: fc.integer({ min: 2, max: 5 }),
      column: fc.nat(),
      rows: fc.array(fc.array(cell, { minLength: 5, maxLength: 5 }), { minLength: 3, maxLength: 12 }),
      quotes: fc.array(fc.record({ line: fc.nat(), at: fc.nat() }), { minLength: 1, maxLength: 6 }),
    });
    fc.assert(
      fc.property(file, ({ width, column, rows, quotes }) => {
        const clean = rows.map((cells, index) => {
          const row: string[] = cells.slice(0, width);
          row[column % width] = phone(index);
          return row.join(',');
        });
        const lines = [...clean];
        for (const { line, at } of quotes) {
          const index = line % lines.length;
          const text = lines[index] ?? '';
          // Between the characters of the number a quote spoils the evidence that the line is a row.
          const places = Array.from(text, (_, place) => place).filter(
            (place) => !/[+\d]"?[+\d]/.test(text.slice(place - 1, place + 1)),
          );
          const place = places[at % places.length] ?? 0;
          lines[index] = `${text.slice(0, place)}"${text.slice(place)}`;
        }
        const found = read(lines);
        expect(found.map(({ line }) => line)).toEqual(lines.map((_, index) => index + 1));
        found.forEach((row, index) => {
          if (!lines[index]?.includes('"'))
            expect(row).toEqual({ line: index + 1, cells: clean[index]?.split(',') });
        });
      }),
      { numRuns: 1_000, seed: SEED },
    );
  });

  it('in every other one of many lines, in linear time', () => {
    const lines = [header];
    for (let index = 0; index < 100_000; index += 1)
      lines.push(`${index % 2 ? '"' : ''}A${index},B,${phone(index)}`);
    const rows = read(lines);
    expect(rows).toHaveLength(lines.length);
    expect(rows.filter(({ error }) => error !== undefined)).toHaveLength(50_000);
  });

  it('before many lines that are no rows, in linear time', () => {
    const lines = [header];
    for (let index = 0; index < 100_000; index += 1) lines.push(index % 1_000 === 0 ? '"open' : 'one cell');
    expect(read(lines, ',', 10_000).filter(({ error }) => error !== undefined)).toHaveLength(100);
  });
});

describe('properly quoted cells stay whole', () => {
  it.each<[string, string[], string[][]]>([
    [
      'with line breaks',
      ['a,b,c', `"line 1`, `line 2",x,${phone(1)}`, ana],
      [['line 1\nline 2', 'x', phone(1)]],
    ],
    [
      'with line breaks and delimiters',
      [header, `"Ana","Rua A, 12`, `Centro, Recife, PE",${phone(1)}`, bia],
      [['Ana', 'Rua A, 12\nCentro, Recife, PE', phone(1)]],
    ],
    [
      'with as many delimiters as a row in each line',
      [header, '"Eva","Rua A, 1', `Centro, PE",${phone(4)}`, bia],
      [['Eva', 'Rua A, 1\nCentro, PE', phone(4)]],
    ],
    [
      'with a postcode where the number stands in other rows',
      ['phone,note', `${phone(1)},"Rua A, 12`, '01310-100, Recife', 'Brasil"', `${phone(2)},x`],
      [[phone(1), 'Rua A, 12\n01310-100, Recife\nBrasil']],
    ],
    [
      'with several numbers, one in each line',
      ['phone,name,city', `"${phone(1)}`, `${phone(9)}",Ana,Recife`, `${phone(2)},Bia,Natal`],
      [[`${phone(1)}\n${phone(9)}`, 'Ana', 'Recife']],
    ],
    [
      'with doubled quotes',
      [header, `"Ana ""Nina"" Souza","",${phone(1)}`],
      [['Ana "Nina" Souza', '', phone(1)]],
    ],
    [
      'with empty lines',
      [header, `"Ana`, '', `Souza",Recife,${phone(1)}`],
      [['Ana\n\nSouza', 'Recife', phone(1)]],
    ],
    ['with blanks around', [header, `Ana, "Rua A, 12" , "${phone(1)}"`], [['Ana', 'Rua A, 12', phone(1)]]],
    [
      'with backslashes before quotes',
      [header, `"Ana \\"Nina\\" Souza","say \\"no\\"",${phone(1)}`],
      [['Ana "Nina" Souza', 'say "no"', phone(1)]],
    ],
    ['with a backslash at the end', [header, `"C:\\",Recife,${phone(1)}`], [['C:\\', 'Recife', phone(1)]]],
    [
      'with backslashes and line breaks',
      [header, `"a \\"b\\"`, `c",Recife,${phone(1)}`],
      [['a "b"\nc', 'Recife', phone(1)]],
    ],
    [
      'and so do quotes in unquoted cells',
      [header, `5" pipe,Bar "Sol",${phone(1)}`],
      [['5" pipe', 'Bar "Sol"', phone(1)]],
    ],
  ])('%s', (_, lines, expected) => {
    const rows = read(lines).slice(1, 1 + expected.length);
    expect(rows.map(({ cells }) => cells)).toEqual(expected);
    expect(rows.every(({ error }) => error === undefined)).toBe(true);
  });

  it('and the next row starts at its own line', () => {
    const rows = read([header, '"Ana', 'Maria', `Souza",Recife,${phone(1)}`, bia]);
    expect(rows.map(({ line }) => line)).toEqual([1, 2, 5]);
  });
});

describe('a quoted file', () => {
  it.each<[string, string[], string[][]]>([
    [
      'keeps pasted rows in the cell they were pasted into',
      [
        '"phone","note"',
        `"${phone(1)}","Familia:`,
        `${phone(2)},mae`,
        `${phone(3)},pai"`,
        `"${phone(4)}","x"`,
      ],
      [
        [phone(1), `Familia:\n${phone(2)},mae\n${phone(3)},pai`],
        [phone(4), 'x'],
      ],
    ],
    [
      'also in the middle of a cell',
      [
        '"name","phone","note"',
        `"Ana","${phone(1)}","Indicou:`,
        `Bob,${phone(2)},amigo`,
        'fim"',
        `"Bia","${phone(3)}",""`,
      ],
      [
        ['Ana', phone(1), `Indicou:\nBob,${phone(2)},amigo\nfim`],
        ['Bia', phone(3), ''],
      ],
    ],
  ])('%s', (_, lines, expected) => {
    const rows = read(lines);
    expect(rows.slice(1).map(({ cells }) => cells)).toEqual(expected);
    expect(rows.every(({ error }) => error === undefined)).toBe(true);
  });
});

describe('a stray quote takes no rows in that have no usual number', () => {
  const short = (name: string, number: string) => `${name},Recife,${number}`;
  it.each<[string, string[], number]>([
    [
      'shorter ones',
      [
        header,
        ana,
        `"${short('Bia', '+298211234')}`,
        short('Caio', '+298211235'),
        `Duda",Belem,${phone(4)}`,
        davi,
      ],
      3,
    ],
    [
      'ones without the area',
      [
        header,
        ana,
        `"${short('Bia', '961420013')}`,
        short('Caio', '961420014'),
        `Duda",Belem,${phone(4)}`,
        davi,
      ],
      3,
    ],
    [
      'too short ones, and the mark of inches',
      [header, ana, `"${short('Bia', '1196')}`, `TV 32",Natal,${phone(4)}`, davi],
      3,
    ],
    ['none', [header, ana, '"Bia,Olinda,', `Caio",Natal,${phone(4)}`, davi], 3],
    [
      'a missing last cell',
      [`${header},note`, `${ana},x`, `"${bia}`, caio, `Duda",Belem,${phone(4)},x`, `${davi},x`],
      3,
    ],
  ])('%s', (_, lines, spoilt) => {
    const rows = read(lines);
    expect(rows.map(({ line }) => line)).toEqual(lines.map((_line, index) => index + 1));
    expect(rows.filter(({ error }) => error !== undefined).map(({ line }) => line)).toEqual([spoilt]);
  });

  it('in the columns of an address book', () => {
    const titles = 'Name,Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value';
    const first = (name: string, index: number) => `${name},Mobile,${phone(index)},,`;
    const second = (name: string, index: number) => `${name},,,Mobile,${phone(index)}`;
    const lines = [
      titles,
      first('Ana', 1),
      first('Eva', 2),
      `"${second('Bia', 3)}`,
      second('Caio', 4),
      `Duda",Mobile,${phone(5)},,`,
      first('Gil', 6),
    ];
    const rows = read(lines);
    expect(rows.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(rows.filter(({ error }) => error !== undefined).map(({ line }) => line)).toEqual([4]);
  });
});

describe('numbers below each other in one cell are one row', () => {
  it.each<[string, string[], string[][]]>([
    [
      'in the only column',
      ['phone', `"${phone(1)}`, phone(2), `${phone(3)}"`, phone(4)],
      [[`${phone(1)}\n${phone(2)}\n${phone(3)}`], [phone(4)]],
    ],
    [
      'in two columns',
      [
        'phone,phone2',
        `"${phone(1)}`,
        `${phone(2)}","${phone(3)}`,
        `${phone(4)}"`,
        `${phone(5)},${phone(6)}`,
      ],
      [
        [`${phone(1)}\n${phone(2)}`, `${phone(3)}\n${phone(4)}`],
        [phone(5), phone(6)],
      ],
    ],
  ])('%s', (_, lines, cells) => {
    const [, ...rows] = read(lines);
    expect(rows.map((row) => [row.cells, row.error])).toEqual(cells.map((row) => [row, undefined]));
  });

  it('a quote in the only column that is closed far below takes no rows in', () => {
    const lines = [
      'phone',
      `"${phone(1)}`,
      ...Array.from({ length: 20 }, (_, at) => phone(at + 2)),
      `${phone(30)}"`,
    ];
    expect(read(lines).filter(({ error }) => error === undefined).length).toBeGreaterThan(20);
  });
});

describe('a number in whatever form tells a row', () => {
  it.each<[string, (number: string) => string]>([
    ['with a label behind', (number) => `${number} (WhatsApp)`],
    ['with a label in front', (number) => `Cel. ${number}`],
    ['with a word in front', (number) => `WhatsApp ${number}`],
    ['as a link', (number) => `https://wa.me/${number.slice(1)}`],
    ['as a short link', (number) => `wa.me/${number.slice(1)}`],
    ['as an id', (number) => `${number.slice(1)}@c.us`],
    ['twice', (number) => `${number} ou ${number}`],
    ['twice, divided by semicolons', (number) => `${number}; ${number}`],
    ['as a spreadsheet shows it', (number) => `${number[1]}.${number.slice(2)}E+12`],
  ])('%s', (_, form) => {
    const row = (name: string, index: number) => `${name},Recife,${form(phone(index))}`;
    const lines = [
      header,
      row('Ana', 1),
      `"${row('Bia', 2)}`,
      row('Caio', 3),
      `Duda",Belem,${form(phone(4))}`,
      row('Eva', 5),
    ];
    const rows = read(lines);
    expect(rows.map(({ line, error }) => [line, error !== undefined])).toEqual([
      [1, false],
      [2, false],
      [3, true],
      [4, false],
      [5, false],
      [6, false],
    ]);
  });
});

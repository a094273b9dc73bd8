import { describe, expect, it } from '@jest/globals';
import { csvLines, withoutFormulas, withoutMarks } from '../../src/lib/csv.js';

describe('a line of csv', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['-1+1', "'-1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['+cmd', "'+cmd"],
    ['+5511987654321', '+5511987654321'],
    ['a "b", c', '"a ""b"", c"'],
    ['two\nlines', '"two\nlines"'],
    ['\tx', "'\tx"],
    [' =1+1', "' =1+1"],
    ['\uFEFF=1+1', "'\uFEFF=1+1"],
    ['＝1+1', "'＝1+1"],
    ['x;=1+1', "x;'=1+1"],
    ['x; "=1+1', '"x; ""\'=1+1"'],
    ['two\n@lines', '"two\n\'@lines"'],
    ['Ana; Bea - Carla', 'Ana; Bea - Carla'],
    ['-5', "'-5"],
    ['', ''],
  ])('%j is written as %j', (text, written) => {
    expect(csvLines([[text, null]])).toBe(`${written},\r\n`);
  });
});

describe('a mark is taken off again', () => {
  it.each([
    '=1+1',
    "'=1+1",
    "''=1+1",
    " '=1+1",
    '@ana',
    '-10%',
    '+5',
    "'+5511987654321",
    '+5511987654321',
    'x;=1',
    "x;'=1",
    'two\n@lines',
    '\tx',
    "'\n=x",
    "O'Brien; 'quoted'",
    "'til",
  ])('%j', (text) => {
    expect(withoutMarks(withoutFormulas(text))).toBe(text);
  });

  it('from any text of these characters', () => {
    const characters = ["'", '=', '+', ';', '\n', ' ', 'a', '"', '-', '\t'];
    const texts = characters.flatMap((a) =>
      characters.flatMap((b) => characters.flatMap((c) => characters.map((d) => a + b + c + d))),
    );
    expect(texts.filter((text) => withoutMarks(withoutFormulas(text)) !== text)).toEqual([]);
  });

  // A step for each pair of characters would be 40,000,000,000 of them: such a test does not end within Jest's limit.
  it('in steps that grow with the text, not with its square', () => {
    for (const piece of ['\n', ';', ' ', "'", '"', ";'", '\t=']) {
      const text = piece.repeat(200_000);
      expect(withoutMarks(withoutFormulas(text)) === text).toBe(true);
    }
  });

  it('only where it keeps a formula from running', () => {
    expect(withoutMarks("'til")).toBe("'til");
    expect(withoutMarks("'@ana")).toBe('@ana');
  });
});

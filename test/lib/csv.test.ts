import { describe, expect, it } from '@jest/globals';
import { csvLines } from '../../src/lib/csv.js';

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

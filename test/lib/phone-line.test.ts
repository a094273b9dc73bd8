import { describe, expect, it } from '@jest/globals';
import { getCountries, getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { lineBeginnings, lineOf } from '../../src/lib/phone-line.js';

describe('a line', () => {
  it.each([
    ['+553181234567', '+5531981234567'],
    ['+5215512345678', '+525512345678'],
    ['+5491123456789', '+541123456789'],
    ['+5492966234567', '+542966234567'],
    ['+22997123456', '+2290197123456'],
    ['+22501123456', '+2250101123456'],
    ['+22545123456', '+2250545123456'],
    ['+22507123456', '+2250707123456'],
    ['+24101123456', '+24111123456'],
    ['+2416123456', '+24166123456'],
    ['+24107123456', '+24177123456'],
  ])('is the same for %s and %s', (old, today) => {
    expect(lineOf(old)).toBe(lineOf(today));
  });

  it.each([
    ['+553131234567', '+5531931234567', 'a Brazilian landline and a mobile number that ends alike'],
    ['+553151234567', '+5531951234567', 'a Brazilian landline and a mobile number that ends alike'],
    ['+5531981234567', '+5532981234567', 'two areas'],
    ['+525512345678', '+525512345679', 'two numbers'],
    ['+22997123456', '+22597123456', 'two countries'],
    ['+15512345678', '+525512345678', 'a number of the United States and one of Mexico'],
  ])('keeps %s and %s apart: %s', (one, other) => {
    expect(lineOf(one)).not.toBe(lineOf(other));
  });

  it("is its own line's form", () => {
    const numbers = getCountries().flatMap((country) => getExampleNumber(country, examples)?.number ?? []);
    const old = ['+553181234567', '+5215512345678', '+5491123456789', '+22997123456', '+22507123456'];
    const lines = [...numbers, ...old, 'erased-0198c0de-0000-7000-8000-000000000000'].map(lineOf);
    expect(lines.map(lineOf)).toEqual(lines);
  });

  // Of Argentina the 9 goes; of Gabon the example is in the form from before 2019.
  it('is the number itself in every other country', () => {
    const changed = getCountries().flatMap((country) => {
      const number = getExampleNumber(country, examples);
      return number && lineOf(number.number) !== number.number ? [country] : [];
    });
    expect(changed).toEqual(['AR', 'GA']);
  });
});

describe('the beginning of a number', () => {
  it.each([
    ['+5531812', ['+5531812', '+55319812']],
    ['+55319812', ['+55319812', '+553199812']],
    ['+55', ['+55']],
    ['+5531', ['+5531']],
    ['+55313', ['+55313']],
    ['+52155', ['+52155', '+5255']],
    ['+54911', ['+54911', '+5411']],
    ['+22997', ['+22997', '+2290197']],
    ['+22507', ['+22507', '+2250707']],
    ['+24107', ['+24107', '+24177']],
    ['+4915', ['+4915']],
  ])('%s begins lines with %j', (beginning, lines) => {
    expect(lineBeginnings(beginning)).toEqual(lines);
  });

  it('finds the line of every number that begins so', () => {
    const numbers = [
      '+553181234567',
      '+5531981234567',
      '+5215512345678',
      '+5491123456789',
      '+22997123456',
      '+22507123456',
      '+22545123456',
      '+24107123456',
    ];
    for (const number of numbers) {
      for (let length = 1; length <= number.length; length += 1) {
        const beginning = number.slice(0, length);
        expect([beginning, lineBeginnings(beginning).some((one) => lineOf(number).startsWith(one))]).toEqual([
          beginning,
          true,
        ]);
      }
    }
  });
});

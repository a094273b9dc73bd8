import { describe, expect, it } from '@jest/globals';
import { getCountries, getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { lineOf } from '../../src/lib/phone-line.js';

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

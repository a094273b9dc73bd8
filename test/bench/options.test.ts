import { expect, it } from '@jest/globals';
import { readOptions } from '../../bench/options.js';

const known = ['reservation', 'sizes'];

it('without options everything is measured five times at full size', () => {
  expect(readOptions([], known)).toEqual({ only: undefined, runs: 5, scale: 1, list: false });
});

it('some scenarios, other numbers of runs and smaller sizes may be asked for', () => {
  expect(readOptions(['--only', 'sizes,reservation', '--runs', '3', '--scale', '0.1'], known)).toEqual({
    only: ['sizes', 'reservation'],
    runs: 3,
    scale: 0.1,
    list: false,
  });
});

it.each([
  [['--only', 'size'], 'choose from reservation, sizes'],
  [['--only', ''], 'choose from'],
  [['--runs', '0'], '--runs 0: it has to be a whole number'],
  [['--runs', '1.5'], '--runs'],
  [['--scale', '2'], '--scale 2: it has to be above 0'],
  [['--scale', ''], '--scale'],
  [['--fast'], 'npm run bench -- [options]'],
])('%j is refused with words that help', (args, words) => {
  expect(() => readOptions(args, known)).toThrow(words);
});

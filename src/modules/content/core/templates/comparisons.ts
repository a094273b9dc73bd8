import { defaultOperators, Drop, type Context } from 'liquidjs';
import { isBlank } from './filter-rules.js';
import { parseDate } from './locale-format.js';
import { numberOf, plainNumber } from './plain-number.js';

type Operator = '>' | '<' | '>=' | '<=';

/**
 * `>` and its like for Liquid. Texts that are numbers count as numbers (`"900"` is less than `"1000"`); days and times in
 * ISO 8601, and words, go by their letters. Where only one side is a number, or a text has digits and is no plain number,
 * there is no right answer, and the text of the recipient fails. A missing value is neither more nor less than anything.
 */
export const comparisons = {
  '>': comparison('>', (order) => order > 0),
  '<': comparison('<', (order) => order < 0),
  '>=': comparison('>=', (order) => order >= 0),
  '<=': comparison('<=', (order) => order <= 0),
};

function comparison(operator: Operator, holds: (order: number) => boolean) {
  const own = defaultOperators[operator];
  if (!own) throw new Error(`Liquid has no operator ${operator}.`);
  return (left: unknown, right: unknown, context: Context): ReturnType<typeof own> => {
    // Liquid's own words, such as `empty`.
    if (left instanceof Drop || right instanceof Drop) return own(left, right, context);
    if (isMissing(left) || isMissing(right)) return false;
    return holds(orderOf(left, right));
  };
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}

/** Below zero when the left one is less. */
function orderOf(left: unknown, right: unknown): number {
  const [a, b] = [plainNumber(left), plainNumber(right)];
  if (a !== undefined && b !== undefined) return a - b;
  if (typeof left === 'string' && typeof right === 'string' && goByLetters(left, right)) {
    return left < right ? -1 : Number(left > right);
  }
  return numberOf(left) - numberOf(right);
}

function goByLetters(...texts: [string, string]): boolean {
  const isDay = (text: string) => /^\d{4}-/.test(text) && parseDate(text) !== undefined;
  // `> ""` asks whether there is a text at all.
  return texts.some(isBlank) || !texts.some((text) => /\p{Nd}/u.test(text)) || texts.every(isDay);
}

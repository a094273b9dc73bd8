import { defaultOperators, Drop, type Context, type Value } from 'liquidjs';
import { isBlank } from './filter-rules.js';
import { parseDate } from './locale-format.js';
import { LocaleNumber, numberOf, plainNumber } from './plain-number.js';

type OrderOperator = '>' | '<' | '>=' | '<=';
type EqualityOperator = '==' | '!=' | 'contains';

/**
 * `>`, `==` and their like for Liquid.
 *
 * Order: texts that are numbers count as numbers (`"900"` is less than `"1000"`); days and times in
 * ISO 8601, and words, go by their letters. Where only one side is a number, or a text has digits and is no plain number,
 * there is no right answer, and the text of the recipient fails. A missing value is neither more nor less than anything.
 *
 * Equality: a number is equal to a text that is the same number, because what comes from files is text
 * (`{% if visits == 100 %}`). Two texts are equal letter by letter: the code `007` is not `7`. A missing value is equal to
 * `""` and to `empty`, which is how texts of shop systems ask whether there is one.
 */
export const comparisons = {
  '>': comparison('>', (order) => order > 0),
  '<': comparison('<', (order) => order < 0),
  '>=': comparison('>=', (order) => order >= 0),
  '<=': comparison('<=', (order) => order <= 0),
  '==': equality('=='),
  '!=': equality('!='),
  contains: equality('contains'),
};

type Handler = (left: unknown, right: unknown, context: Context) => unknown;

function liquidOperator(operator: OrderOperator | EqualityOperator) {
  const own = defaultOperators[operator];
  if (!own) throw new Error(`Liquid has no operator ${operator}.`);
  return own;
}

/** Liquid asks a value that can compare itself; numbers that are read from a text can. */
function equality(operator: EqualityOperator) {
  const own = liquidOperator(operator);
  return (left: unknown, right: unknown, context: Context): ReturnType<typeof own> => {
    // Only the text of a number has parts.
    const whole = operator === 'contains' && typeof left === 'number' ? String(left) : comparable(left);
    if (operator !== 'contains' && (isMissingText(left, right) || isMissingText(right, left))) {
      return own(true, true, context);
    }
    return own(whole, comparable(right), context);
  };
}

/** Liquid does not export its word `empty`, which stands for an empty text where a value is needed. */
function isMissingText(value: unknown, text: unknown): boolean {
  return isMissing(value) && (text instanceof Drop ? text.valueOf() : text) === '';
}

function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  return typeof value === 'number' && Number.isFinite(value) ? new LocaleNumber(value, String(value)) : value;
}

/** Makes `case` compare its value as `==` does: it does not ask the operators. */
export function compareCase(subject: Value): void {
  const evaluate = subject.value.bind(subject);
  subject.value = function* (context: Context, lenient?: boolean): Generator<unknown, unknown, unknown> {
    return new CaseSubject(yield evaluate(context, lenient), context);
  };
}

/** What Liquid takes for a value that compares itself. */
class CaseSubject {
  constructor(
    private readonly value: unknown,
    private readonly context: Context,
  ) {}

  equals(other: unknown): unknown {
    // Through the operators of the rendering, where it is paid for.
    return (this.context.opts.operators['=='] as Handler)(this.value, other, this.context);
  }
  gt(): boolean {
    return false;
  }
  geq(): boolean {
    return false;
  }
  lt(): boolean {
    return false;
  }
  leq(): boolean {
    return false;
  }
}

function comparison(operator: OrderOperator, holds: (order: number) => boolean) {
  const own = liquidOperator(operator);
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

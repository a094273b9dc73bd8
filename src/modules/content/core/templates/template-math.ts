import { optional, required, type TextFilter } from './filter-rules.js';
import { numberOf, plainNumber } from './plain-number.js';

/** What is surely right of a number of JavaScript; behind it is noise (0.1 + 0.2 = 0.30000000000000004). */
const RIGHT_DIGITS = 15;
const MAX_RESULT = 10 ** RIGHT_DIGITS;

const operand = required('a plain number such as 1234.5', (value) => plainNumber(value) !== undefined);
const decimals = required(
  'a number of decimals from -15 to 15',
  (value) => Number.isInteger(plainNumber(value)) && Math.abs(numberOf(value)) <= RIGHT_DIGITS,
);
const whole = required('true or false', (value) => typeof value === 'boolean');
const property = required('the name of a field', (value) => typeof value === 'string');

/**
 * Liquid's filters that calculate. Liquid takes `1.250,90` and `R$ 100` for 0, or for nothing; here what is no plain
 * number fails the text of the recipient, because a wrong amount is worse than no message.
 */
export const mathFilters: Record<string, TextFilter> = {
  abs: of(Math.abs),
  to_integer: of((value) => value),
  ceil: of(Math.ceil),
  floor: of(Math.floor),
  plus: of((value, other) => value + other, operand),
  minus: of((value, other) => value - other, operand),
  times: of((value, other) => value * other, operand),
  modulo: of((value, other) => ((value % other) + other) % other, operand),
  at_least: of(Math.max, operand),
  at_most: of(Math.min, operand),
  round: calculation((value, digits) => rounded(numberOf(value), numberOf(digits ?? 0)), optional(decimals)),
  divided_by: calculation(
    (value, divisor, isWhole) => {
      const quotient = numberOf(value) / numberOf(divisor);
      return isWhole === true ? Math.floor(quotient) : quotient;
    },
    operand,
    optional(whole),
  ),
  sum: calculation((value, name) => {
    const items: unknown[] = Array.isArray(value) ? value : [value];
    return items.reduce<number>((total, item) => total + numberOf(fieldOf(item, name)), 0);
  }, optional(property)),
};

function of(apply: (value: number, other: number) => number, ...rules: TextFilter['rules']): TextFilter {
  return calculation(
    (value, other) => apply(numberOf(value), rules.length > 0 ? numberOf(other) : 0),
    ...rules,
  );
}

function calculation(
  apply: (value: unknown, ...args: unknown[]) => number,
  ...rules: TextFilter['rules']
): TextFilter {
  return { rules, calculates: true, apply: (value, ...args) => result(apply(value, ...args)) };
}

function result(value: number): number {
  if (Math.abs(value) < MAX_RESULT) return Number(value.toPrecision(RIGHT_DIGITS));
  throw new Error('the calculation has no result: it divides by zero or grows beyond 15 digits');
}

/** Half away from zero, by the decimals as they are written: 1.005 becomes 1.01. */
function rounded(value: number, digits: number): number {
  return Math.sign(value) * shifted(Math.round(shifted(Math.abs(value), digits)), -digits);
}

/** Moves the decimal point without calculating. */
function shifted(value: number, by: number): number {
  const [mantissa, power = '0'] = String(value).split('e');
  return Number(`${mantissa}e${Number(power) + by}`);
}

function fieldOf(item: unknown, name: unknown): unknown {
  if (typeof name !== 'string' || typeof item !== 'object' || item === null) return item;
  return Object.getOwnPropertyDescriptor(item, name)?.value;
}

import { shown } from './plain-number.js';

/** Checks an argument of a filter: returns what is expected, or undefined when the value is right. */
export type Rule = (value: unknown) => string | undefined;

export interface TextFilter {
  /** In the order of the arguments; a rule sees undefined for one that is not given. */
  rules: Rule[];
  /** Called with a value that is not blank and arguments that have passed their rules. */
  apply(value: unknown, ...args: unknown[]): unknown;
  /** Of a calculation: without one of its values there is no result, which is not the same as an empty text. */
  calculates?: true;
}

export function required(what: string, fits: (value: unknown) => boolean): Rule {
  return (value) => (fits(value) ? undefined : value === undefined ? what : `${what}, not ${shown(value)}`);
}

export function optional(rule: Rule): Rule {
  return (value) => (value === undefined ? undefined : rule(value));
}

export function errorWith(
  name: string,
  { rules }: Pick<TextFilter, 'rules'>,
  args: unknown[],
): string | undefined {
  if (args.length > rules.length) return `${name} takes at most ${rules.length} arguments`;
  for (const [index, rule] of rules.entries()) {
    const expected = rule(args[index]);
    if (expected !== undefined) return `${name}: argument ${index + 1} must be ${expected}`;
  }
  return undefined;
}

export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

import type { FieldError } from '../../../lib/errors.js';

/** Checks one value and names what is wrong with it; an empty answer means it is fine. */
export type Rule = (value: unknown, path: string) => FieldError[];

const HOUR_MS = 3_600_000;
const LID = /^\d{1,20}$/;
const E164 = /^\+[1-9]\d{6,14}$/;

export function isPhone(value: unknown): value is string {
  return typeof value === 'string' && E164.test(value);
}

export function isLid(value: unknown): value is string {
  return typeof value === 'string' && LID.test(value);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function check(passes: (value: unknown) => boolean, message: string): Rule {
  return (value, path) => (passes(value) ? [] : [{ path, message }]);
}

export const probability = check(
  (value) => typeof value === 'number' && value >= 0 && value <= 1,
  'must be a number from 0 to 1',
);

export const phone = check(isPhone, 'must be a phone number like +5511999990000');

export const lid = check(isLid, 'must be a LID: a text of 1 to 20 digits');

export const flag = check((value) => typeof value === 'boolean', 'must be true or false');

export const text = check(
  (value) => typeof value === 'string' && value.length > 0 && value.length <= 4_096,
  'must be a text of 1 to 4096 characters',
);

export function wholeNumber(min: number, max: number): Rule {
  return check(
    (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
    `must be a whole number from ${min} to ${max}`,
  );
}

/** At most an hour: everything that waits is held in memory. */
export const milliseconds = check(
  (value) => typeof value === 'number' && value >= 0 && value <= HOUR_MS,
  `must be a number of milliseconds from 0 to ${HOUR_MS}`,
);

/** A time that must not be zero, or the network would spin. */
export const someMilliseconds = check(
  (value) => typeof value === 'number' && value >= 10 && value <= 24 * HOUR_MS,
  `must be a number of milliseconds from 10 to ${24 * HOUR_MS}`,
);

export function oneOf(values: readonly string[]): Rule {
  return check(
    (value) => typeof value === 'string' && values.includes(value),
    `must be one of ${values.join(', ')}`,
  );
}

export function list(rule: Rule, maxItems: number): Rule {
  return (value, path) => {
    if (!Array.isArray(value)) return [{ path, message: 'must be a list' }];
    if (value.length > maxItems) return [{ path, message: `must have at most ${maxItems} items` }];
    return value.flatMap((item, index) => rule(item, `${path}[${index}]`));
  };
}

/** An object of which any subset of the fields may be given, and no others. */
export function fields(shape: Record<string, Rule>): Rule {
  return (value, path) => {
    if (!isRecord(value)) return [{ path: path || 'body', message: 'must be an object' }];
    return Object.entries(value).flatMap(([key, item]) => {
      const itemPath = path ? `${path}.${key}` : key;
      const rule = Object.hasOwn(shape, key) ? shape[key] : undefined;
      if (rule) return rule(item, itemPath);
      return [{ path: itemPath, message: `is not known here; known are ${Object.keys(shape).join(', ')}` }];
    });
  };
}

/** The rule, and then what must be there for the whole to make sense. */
export function requiring(
  rule: Rule,
  needs: (value: Record<string, unknown>) => FieldError | undefined,
): Rule {
  return (value, path) => {
    const errors = rule(value, path);
    if (errors.length > 0 || !isRecord(value)) return errors;
    const missing = needs(value);
    return missing ? [{ path: `${path}.${missing.path}`, message: missing.message }] : [];
  };
}

import { DomainError } from '../lib/errors.js';
import { Faults, sentenceOf } from '../lib/faults.js';
import { isId } from '../lib/ids.js';
import { yieldingWork } from '../lib/yielding-work.js';
import { readDto } from './dto-reader.js';
import { fieldsOf } from './dto-rules.js';
import { checkPlain } from './plain-json.js';
import type { DtoClass } from './route.js';

const INTEGERS_AND_DECIMALS = /^-?\d+(\.\d+)?$/;
const NUMBER_RULES = ['isInt', 'isNumber', 'min', 'max', 'isPositive', 'isNegative'];

/** Path parameters named `id` or ending in `Id` are UUIDs. */
export function checkPathIds(params: Record<string, string>): void {
  const faults = new Faults();
  for (const [path, value] of Object.entries(params)) {
    if ((path === 'id' || path.endsWith('Id')) && !isId(value)) {
      faults.add(() => ({ path, message: 'must be a UUID' }));
    }
  }
  refuse(faults);
}

/** The caller's JSON as an instance of the DTO; every field the DTO does not know is an error. */
export async function validateBody<Dto extends object>(dto: DtoClass<Dto>, body: unknown): Promise<Dto> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new DomainError('invalid', 'invalid_input', 'The body must be a JSON object.');
  }
  const faults = new Faults();
  const work = yieldingWork(Number.POSITIVE_INFINITY);
  checkPlain(body, faults);
  refuse(faults);
  await work.yieldIfDue();
  const instance = await readDto(dto, body, faults);
  await work.yieldIfDue();
  refuse(faults);
  return instance;
}

/**
 * For query strings and form fields, which are all text: what the DTO declares as a number, a boolean or an array is
 * converted when it is written as one, and left for the validation to refuse when it is not.
 */
export function validateText<Dto extends object>(
  dto: DtoClass<Dto>,
  fields: Readonly<Record<string, unknown>>,
): Promise<Dto> {
  const known = fieldsOf(dto);
  const converted = Object.entries(fields).map(([name, value]) => [
    name,
    convert(value, known.get(name)?.ruleNames ?? new Set()),
  ]);
  return validateBody(dto, Object.fromEntries(converted));
}

function convert(value: unknown, rules: ReadonlySet<string>): unknown {
  if (rules.has('isArray')) {
    const items: unknown[] = Array.isArray(value) ? value : [value];
    return items.map((item) => convertOne(item, rules));
  }
  return convertOne(value, rules);
}

function convertOne(value: unknown, rules: ReadonlySet<string>): unknown {
  if (typeof value !== 'string') return value;
  if (rules.has('isBoolean')) return value === 'true' ? true : value === 'false' ? false : value;
  const numeric = NUMBER_RULES.some((rule) => rules.has(rule));
  return numeric && INTEGERS_AND_DECIMALS.test(value) ? Number(value) : value;
}

function refuse(faults: Faults): void {
  if (faults.found === 0) return;
  const { kept, found } = faults;
  throw new DomainError('invalid', 'invalid_input', sentenceOf(kept, found), { errors: kept });
}

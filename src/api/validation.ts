import { plainToInstance } from 'class-transformer';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage, validate, ValidationTypes, type ValidationError } from 'class-validator';
import { DomainError, type FieldError } from '../lib/errors.js';
import { isId } from '../lib/ids.js';
import { errorsIn } from './plain-json.js';
import type { DtoClass } from './route.js';

/** A list of ten thousand bad contacts is answered with the first ones. */
const MAX_ERRORS = 50;
const ERRORS_IN_MESSAGE = 5;

const INTEGERS_AND_DECIMALS = /^-?\d+(\.\d+)?$/;
const NUMBER_RULES = new Set(['isInt', 'isNumber', 'min', 'max', 'isPositive', 'isNegative']);

/** Path parameters named `id` or ending in `Id` are UUIDs. */
export function checkPathIds(params: Record<string, string>): void {
  const errors = Object.entries(params)
    .filter(([name, value]) => (name === 'id' || name.endsWith('Id')) && !isId(value))
    .map(([path]) => ({ path, message: 'must be a UUID' }));
  refuse(errors);
}

/** The caller's JSON as an instance of the DTO; every field the DTO does not know is an error. */
export async function validateBody<Dto extends object>(dto: DtoClass<Dto>, body: unknown): Promise<Dto> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new DomainError('invalid', 'invalid_input', 'The body must be a JSON object.');
  }
  refuse(errorsIn(body));
  const instance = plainToInstance(dto, body);
  const errors = await validate(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
    validationError: { target: false, value: true },
  });
  refuse([...errors.flatMap((error) => flatten(error, '', false)), ...arraysForObjects(dto, instance, '')]);
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
  const rulesByField = rulesOf(dto);
  const converted = Object.entries(fields).map(([name, value]) => [
    name,
    convert(value, rulesByField.get(name) ?? new Set()),
  ]);
  return validateBody(dto, Object.fromEntries(converted));
}

function rulesOf(dto: DtoClass): Map<string, Set<string>> {
  const rules = new Map<string, Set<string>>();
  for (const { propertyName, name } of getMetadataStorage().getTargetValidationMetadatas(
    dto,
    '',
    false,
    false,
  )) {
    if (name === undefined) continue;
    const names = rules.get(propertyName) ?? new Set<string>();
    rules.set(propertyName, names.add(name));
  }
  return rules;
}

function convert(value: unknown, rules: Set<string>): unknown {
  if (rules.has('isArray')) {
    const items: unknown[] = Array.isArray(value) ? value : [value];
    return items.map((item) => convertOne(item, rules));
  }
  return convertOne(value, rules);
}

function convertOne(value: unknown, rules: Set<string>): unknown {
  if (typeof value !== 'string') return value;
  if (rules.has('isBoolean')) return value === 'true' ? true : value === 'false' ? false : value;
  const numeric = [...rules].some((rule) => NUMBER_RULES.has(rule));
  return numeric && INTEGERS_AND_DECIMALS.test(value) ? Number(value) : value;
}

/** `contacts[3].phoneNumber`: numbers inside an array become indexes, everything else follows a dot. */
function flatten(error: ValidationError, parent: string, insideArray: boolean): FieldError[] {
  const { property, value } = error;
  const path = insideArray ? `${parent}[${property}]` : joined(parent, property);
  const children = error.children ?? [];
  return [
    ...ownError(error, path),
    ...children.flatMap((child) => flatten(child, path, Array.isArray(value))),
  ];
}

/**
 * One sentence per field. Decorators run from the last to the first, so the first one written, which says the type, is
 * the last one here: of a number where a text belongs, its length is not the point.
 */
function ownError({ property, value, constraints = {} }: ValidationError, path: string): FieldError[] {
  const [rule, message] = Object.entries(constraints).at(-1) ?? [];
  if (rule === undefined || message === undefined) return [];
  if (rule === 'whitelistValidation') return [{ path, message: 'is not a known field' }];
  if (value === undefined) return [{ path, message: 'is required' }];
  if (rule === 'nestedValidation') return [{ path, message: 'must be an object' }];
  return [{ path, message: withoutName(message, property) }];
}

function joined(parent: string, property: string): string {
  return parent === '' ? property : `${parent}.${property}`;
}

/** class-validator takes an array of objects, however deep, wherever it wants an object. */
function arraysForObjects(dto: DtoClass, instance: object, parent: string): FieldError[] {
  const nested = getMetadataStorage()
    .getTargetValidationMetadatas(dto, '', false, false)
    .filter(({ type }) => type === ValidationTypes.NESTED_VALIDATION);
  return nested.flatMap(({ propertyName, each }) => {
    const path = joined(parent, propertyName);
    const value: unknown = Reflect.get(instance, propertyName);
    const type: unknown = defaultMetadataStorage.findTypeMetadata(dto, propertyName)?.typeFunction();
    const found = (inner: unknown, innerPath: string): FieldError[] => {
      if (Array.isArray(inner)) return [{ path: innerPath, message: 'must be an object' }];
      if (typeof inner !== 'object' || inner === null || typeof type !== 'function') return [];
      return arraysForObjects(type as DtoClass, inner, innerPath);
    };
    if (!each || !Array.isArray(value)) return found(value, path);
    return value.flatMap((item: unknown, index) => found(item, `${path}[${index}]`));
  });
}

/** class-validator starts its sentences with the property, which `path` already says. */
function withoutName(message: string, property: string): string {
  if (message.startsWith(`${property} `)) return message.slice(property.length + 1);
  const each = `each value in ${property} `;
  return message.startsWith(each) ? `each value ${message.slice(each.length)}` : message;
}

function refuse(errors: FieldError[]): void {
  if (errors.length === 0) return;
  const named = errors.slice(0, ERRORS_IN_MESSAGE).map((error) => `${error.path}: ${error.message}`);
  const more = errors.length > named.length ? `; and ${errors.length - named.length} more` : '';
  throw new DomainError('invalid', 'invalid_input', `${named.join('; ')}${more}`, {
    errors: errors.slice(0, MAX_ERRORS),
  });
}

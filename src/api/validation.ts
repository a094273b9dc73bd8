import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validate, type ValidationError } from 'class-validator';
import { DomainError, type FieldError } from '../lib/errors.js';
import { isId } from '../lib/ids.js';
import type { DtoClass } from './route.js';

/** A list of ten thousand bad contacts is answered with the first ones. */
const MAX_ERRORS = 50;
const ERRORS_IN_MESSAGE = 5;
/** Far beyond any real request; class-transformer's recursion ends in a stack overflow at some ten thousand. */
const MAX_DEPTH = 64;

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
  if (isDeeper(body, MAX_DEPTH)) {
    throw new DomainError(
      'invalid',
      'invalid_input',
      `The body is nested more than ${MAX_DEPTH} levels deep.`,
    );
  }
  const instance = plainToInstance(dto, body);
  const problems = await validate(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
  });
  refuse(problems.flatMap((problem) => flatten(problem, '', false)));
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

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
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
function flatten(problem: ValidationError, parent: string, insideArray: boolean): FieldError[] {
  const { property } = problem;
  const path = insideArray ? `${parent}[${property}]` : parent === '' ? property : `${parent}.${property}`;
  const own = Object.entries(problem.constraints ?? {}).map(([rule, message]) => ({
    path,
    message: rule === 'whitelistValidation' ? 'is not a known field' : withoutName(message, property),
  }));
  const children = problem.children ?? [];
  const isArray = children.length > 0 && children.every((child) => /^\d+$/.test(child.property));
  return [...own, ...children.flatMap((child) => flatten(child, path, isArray))];
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

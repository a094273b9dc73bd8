import type { FieldError } from '../lib/errors.js';

/** Far beyond any real request; class-transformer's recursion ends in a stack overflow at some ten thousand. */
const MAX_DEPTH = 64;
/** More than any DTO takes; beyond it, checking each one by itself would occupy the process for seconds. */
const MAX_NAMES = 1_000;
const MAX_ENTRIES = 20_000;
/** class-transformer takes an object's own `constructor` for its class, and drops `__proto__` without a word. */
const RESERVED_NAMES = new Set(['__proto__', 'constructor']);
/** A NUL, or half of a surrogate pair: PostgreSQL stores neither. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** What is wrong with a body whatever its DTO says: nesting, reserved names, text that cannot be stored. */
export function errorsIn(body: object): FieldError[] {
  return [...findFaults(body, '', 0)];
}

function* findFaults(value: unknown, path: string, depth: number): Generator<FieldError> {
  if (typeof value === 'string') {
    if (UNSTORABLE.test(value)) {
      yield { path, message: 'contains a NUL character or half of a surrogate pair; remove it' };
    }
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (depth === MAX_DEPTH) {
    const [field = path] = path.split(/[.[]/);
    yield { path: field, message: `is nested more than ${MAX_DEPTH} levels deep` };
    return;
  }
  const limit = Array.isArray(value) ? MAX_ENTRIES : MAX_NAMES;
  const entries = Object.entries(value);
  if (entries.length > limit) {
    const message = `has ${entries.length} ${Array.isArray(value) ? 'entries' : 'fields'}; at most ${limit} are read`;
    yield { path: path === '' ? 'body' : path, message };
    return;
  }
  for (const [name, inner] of entries) {
    const innerPath = Array.isArray(value) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
    if (RESERVED_NAMES.has(name)) yield { path: innerPath, message: 'is a reserved name; choose another' };
    else if (UNSTORABLE.test(name)) {
      const message = 'has a NUL character or half of a surrogate pair in its name; remove it';
      yield { path: innerPath.replaceAll(/\0|\p{Surrogate}/gu, '\uFFFD'), message };
    } else yield* findFaults(inner, innerPath, depth + 1);
  }
}

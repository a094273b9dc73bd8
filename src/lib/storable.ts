import type { FieldError } from './errors.js';

/** NUL characters and halves of surrogate pairs, as JSON escapes them: PostgreSQL stores neither. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/i;

/** False for a value whose text PostgreSQL would refuse. */
export function isStorable(value: unknown): boolean {
  return !UNSTORABLE.test(JSON.stringify(value) ?? '');
}

/** The text without NUL characters and with U+FFFD in place of halves of surrogate pairs. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '').replaceAll(/\p{Surrogate}/gu, '\uFFFD');
}

export function errorsOfName(name: string): FieldError[] {
  if (name.trim() === '') return [{ path: 'name', message: 'must not be blank' }];
  return isStorable(name) ? [] : [{ path: 'name', message: 'contains a broken or NUL character' }];
}

import type { FieldError } from '../../../lib/errors.js';

export const MAX_NAME_LENGTH = 200;
/** Attributes of one contact. */
export const MAX_ATTRIBUTES = 200;
/** Characters of one attribute's value, in JSON. */
export const MAX_ATTRIBUTE_LENGTH = 4_096;
/** Characters of all attributes of one contact, in JSON, whatever wrote them: pages hold hundreds of contacts. */
export const MAX_ATTRIBUTES_LENGTH = 100_000;
const MAX_KEY_LENGTH = 64;

/** What a Liquid template can write after `contact.`. */
const KEY = /^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u;
/** Fields a contact has anyway, and names that are dangerous as keys of an object. */
const RESERVED = new Set(['name', 'phone', 'phoneNumber', '__proto__', 'constructor', 'prototype']);

/** In JSON: what PostgreSQL cannot store, a NUL or half of a surrogate pair. A written-out backslash is no escape. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

export type Attributes = Record<string, unknown>;

/** Everything that is wrong with the attributes a caller sent; empty when they can be stored. */
export function attributeErrors(attributes: Attributes, path = 'attributes'): FieldError[] {
  const entries = Object.entries(attributes);
  if (entries.length > MAX_ATTRIBUTES) {
    return [
      { path, message: `A contact has at most ${MAX_ATTRIBUTES} attributes; these are ${entries.length}.` },
    ];
  }
  const errors = entries.flatMap(([key, value]) => {
    const message = keyError(key) ?? valueError(value);
    return message === undefined ? [] : [{ path: `${path}.${key.slice(0, MAX_KEY_LENGTH)}`, message }];
  });
  const { length } = JSON.stringify(attributes);
  if (errors.length > 0 || length <= MAX_ATTRIBUTES_LENGTH) return errors;
  const message =
    `The attributes of a contact have at most ${MAX_ATTRIBUTES_LENGTH} characters together; these have ${length}. ` +
    'Shorten them or leave some out.';
  return [{ path, message }];
}

/** Whether merged attributes are more than a contact may have. What was too long before may become shorter. */
export function isBeyondLimit(next: Attributes, before: Attributes): boolean {
  const { length } = JSON.stringify(next);
  return length > MAX_ATTRIBUTES_LENGTH && length > JSON.stringify(before).length;
}

/**
 * The same as a condition on two jsonb expressions. PostgreSQL writes a blank behind each colon and comma, which counts
 * here. Only for rows that change: it writes out both.
 */
export function beyondLimitSql(next: string, before: string): string {
  return `length((${next})::text) > greatest(${MAX_ATTRIBUTES_LENGTH}, length((${before})::text))`;
}

/**
 * A column title as an attribute key: `Código Postal` becomes `codigo_postal`. Never one that is reserved or in
 * `taken`: those are numbered. A title without a letter or digit becomes `column_<position>`.
 */
export function attributeKey(title: string, position: number, taken: ReadonlySet<string>): string {
  const base = slug(title) || `column_${position}`;
  for (let number = 1; ; number += 1) {
    const key = number === 1 ? base : `${base}_${number}`;
    if (!RESERVED.has(key) && !taken.has(key)) return key;
  }
}

/** Why a key cannot be used, if it cannot. */
export function keyError(key: string): string | undefined {
  if (key.length > MAX_KEY_LENGTH) return `An attribute's key has at most ${MAX_KEY_LENGTH} characters.`;
  if (RESERVED.has(key)) return `"${key}" is reserved; choose another key.`;
  if (!KEY.test(key)) {
    return "An attribute's key consists of letters, digits and underscores and does not start with a digit.";
  }
  return undefined;
}

function valueError(value: unknown): string | undefined {
  const written = JSON.stringify(value) ?? 'null';
  if (UNSTORABLE.test(written)) return 'The value contains a NUL or half a character; leave it out.';
  if (written.length > MAX_ATTRIBUTE_LENGTH) {
    return `An attribute has at most ${MAX_ATTRIBUTE_LENGTH} characters; this one has ${written.length}.`;
  }
  return undefined;
}

function slug(title: string): string {
  const key = title
    .normalize('NFKD')
    // Latin accents go; the marks of other scripts are part of their letters and stay.
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '_')
    .replace(/^_|_$/g, '');
  // Room for the number of a collision.
  const cut = key.slice(0, MAX_KEY_LENGTH - 6).replace(/\p{Surrogate}$/u, '');
  return /^[\p{N}\p{M}]/u.test(cut) ? `column_${cut}`.slice(0, MAX_KEY_LENGTH - 6) : cut;
}

import type { Faults } from '../lib/faults.js';

/** Names that JavaScript gives a meaning of its own. */
const RESERVED_NAMES = new Set(['__proto__', 'constructor']);

/** Where a value stands. Written out only when there is something to say about it. */
export interface Place {
  parent: Place | undefined;
  name: string | number;
}

/** `contacts[3].phoneNumber` */
export function pathOf(place: Place): string {
  const { parent, name } = place;
  const before = parent ? pathOf(parent) : '';
  if (typeof name === 'number') return `${before}[${name}]`;
  return before === '' ? name : `${before}.${name}`;
}

/**
 * Finds what is wrong with a body whatever its DTO says: reserved names, text that cannot be stored. What was parsed is
 * neither deep nor wide (json-budget.ts).
 */
export function checkPlain(value: unknown, faults: Faults, place?: Place): void {
  if (typeof value === 'string') {
    if (!isStorable(value)) {
      faults.add(() => at(place, 'contains a NUL character or half of a surrogate pair; remove it'));
    }
  } else if (Array.isArray(value)) {
    value.forEach((item: unknown, index) => checkPlain(item, faults, { parent: place, name: index }));
  } else if (typeof value === 'object' && value !== null) checkFields(value, faults, place);
}

function checkFields(record: object, faults: Faults, place: Place | undefined): void {
  for (const [name, inner] of Object.entries(record)) {
    const innerPlace = { parent: place, name };
    if (RESERVED_NAMES.has(name)) faults.add(() => at(innerPlace, 'is a reserved name; choose another'));
    else if (isStorable(name)) checkPlain(inner, faults, innerPlace);
    else {
      const message = 'has a NUL character or half of a surrogate pair in its name; remove it';
      const shown = name.replaceAll('\0', '\uFFFD').toWellFormed();
      faults.add(() => at({ parent: place, name: shown }, message));
    }
  }
}

/** PostgreSQL stores neither a NUL nor half of a surrogate pair. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

function at(place: Place | undefined, message: string): { path: string; message: string } {
  return { path: place ? pathOf(place) : 'body', message };
}

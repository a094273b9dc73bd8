import { v7, validate } from 'uuid';

/** A UUID v7: sorts by creation time, so primary keys stay append-only in their index. */
export function newId(): string {
  return v7();
}

/** The smallest UUID v7 of this moment: ids below it were made before. */
export function firstIdAt(at: Date): string {
  const hex = at.getTime().toString(16).padStart(12, '0').padEnd(32, '0');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

export function isId(value: unknown): value is string {
  return typeof value === 'string' && validate(value);
}

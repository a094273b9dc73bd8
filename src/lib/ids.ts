import { v7, validate } from 'uuid';

/** A UUID v7: sorts by creation time, so primary keys stay append-only in their index. */
export function newId(): string {
  return v7();
}

export function isId(value: unknown): value is string {
  return typeof value === 'string' && validate(value);
}

import { Transform } from 'class-transformer';

/** A list in a query string, written `?ids=a,b` or `?ids=a&ids=b`. */
export function CommaSeparated(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => (Array.isArray(value) ? value.flatMap(split) : value));
}

function split(item: unknown): unknown[] {
  return typeof item === 'string' ? item.split(',').map((part) => part.trim()) : [item];
}

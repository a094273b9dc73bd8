import { listedFaults, shortMessage, type FieldError } from '../lib/faults.js';
import type { Page } from '../lib/pages.js';

/** The body of every success under /api. A page's array is `data`; its paging stands beside it. */
export function successBody(data: unknown): object {
  if (!isPage(data)) return { success: true, data: data ?? null };
  const { items, nextCursor, total } = data;
  return { success: true, data: items, nextCursor, ...(total === undefined ? {} : { total }) };
}

/** The body of every error, below 64 kB: message and errors may quote what the caller sent. */
export function failureBody(message: string, errors: readonly FieldError[] = []): object {
  return { success: false, message: shortMessage(message), errors: listedFaults(errors) };
}

/** Whether an array with its paging is to be answered. */
export function isPage(data: unknown): data is Page<unknown> {
  return (
    typeof data === 'object' &&
    data !== null &&
    'items' in data &&
    Array.isArray(data.items) &&
    'nextCursor' in data &&
    Object.keys(data).every((key) => key === 'items' || key === 'nextCursor' || key === 'total')
  );
}

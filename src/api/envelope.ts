import type { FieldError } from '../lib/errors.js';
import type { Page } from '../lib/pages.js';

/** The body of every success under /api. A page's array is `data`; its paging stands beside it. */
export function successBody(data: unknown): object {
  if (!isPage(data)) return { success: true, data: data ?? null };
  const { items, nextCursor, total } = data;
  return { success: true, data: items, nextCursor, ...(total === undefined ? {} : { total }) };
}

/** The body of every error. */
export function failureBody(message: string, errors: readonly FieldError[] = []): object {
  return { success: false, message, errors };
}

function isPage(data: unknown): data is Page<unknown> {
  return (
    typeof data === 'object' &&
    data !== null &&
    'items' in data &&
    Array.isArray(data.items) &&
    'nextCursor' in data &&
    Object.keys(data).every((key) => key === 'items' || key === 'nextCursor' || key === 'total')
  );
}

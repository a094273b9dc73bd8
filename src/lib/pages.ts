import { DomainError, invalid } from './errors.js';
import { isId } from './ids.js';

/** A page of a keyset-paged list. `nextCursor` is opaque to callers; null on the last page. */
export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
  /** Given where counting is cheap. */
  total?: number;
}

export interface PageRequest {
  /** 1 to 500. */
  limit: number;
  cursor?: string;
}

export function encodeCursor(key: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/**
 * The key a list goes on behind; undefined on the first page. A cursor of another list, or a made-up one, is `invalid`.
 */
export function keyBehind<Key>(
  cursor: string | undefined,
  isKey: (key: unknown) => key is Key,
): Key | undefined {
  if (cursor === undefined) return undefined;
  const key = decodeCursor(cursor)?.[0];
  if (isKey(key)) return key;
  throw invalid([{ path: 'cursor', message: 'send the nextCursor of the page before, or none' }]);
}

/** The same for a list in the order of its ids. */
export function idBehind(cursor: string | undefined): string | undefined {
  return keyBehind(cursor, isId);
}

/** The key inside a cursor, or undefined when it is not one of ours. */
export function decodeCursor(cursor: string): unknown[] | undefined {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(key) ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Cuts the one extra row a repository fetched to know whether there is a next page. */
export function toPage<Item>(
  rows: Item[],
  limit: number,
  keyOf: (item: Item) => readonly unknown[],
): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? encodeCursor(keyOf(last)) : null };
}

/** Of the items of a page as JSON: more is refused before it is held in memory. */
export const MAX_PAGE_CHARACTERS = 16 * 1024 * 1024;

/** Refuses (`too_large`) a page, because the caller can ask for a smaller one. */
export function refuseLargePage(characters: number, most = MAX_PAGE_CHARACTERS): void {
  if (characters <= most) return;
  const message = `This page has more than ${most} characters. Ask for fewer items with limit.`;
  throw new DomainError('too_large', 'page_too_large', message);
}

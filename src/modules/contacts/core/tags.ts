import type { FieldError } from '../../../lib/errors.js';

export const MAX_TAGS = 100;
export const MAX_TAG_LENGTH = 50;

/** What separates tags in a cell or a text; so no tag can contain it. */
const SEPARATOR = /[,;|\r\n]/;
const IN_CELL = /[,;|\r\n]|:::/;
const CONTROL = /\p{Cc}|\p{Surrogate}/gu;

/** Trimmed, each once, sorted, so that the same tags are the same array. */
export function cleanTags(tags: readonly string[] | null | undefined): string[] {
  const clean = (tags ?? []).map(cleanTag).filter((tag) => tag !== '');
  return [...new Set(clean)].toSorted();
}

/** The tags in one cell of a file: `vip; gold`, `"vip","gold"`, and as address books write them `* myContacts ::: Friends`. */
export function splitTags(cell: string): string[] {
  return cleanTags(cell.split(IN_CELL).map((tag) => withoutQuotes(tag.replace(/^\s*\* /, '').trim())));
}

/** Lists in a cell are also written `"vip","gold"`. */
function withoutQuotes(tag: string): string {
  return /^"[^"]+"$/.test(tag) ? tag.slice(1, -1) : tag;
}

/** What is wrong with tags that were cleaned; empty when they can be stored. */
export function tagErrors(tags: readonly string[], path = 'tags'): FieldError[] {
  if (tags.length > MAX_TAGS) {
    return [{ path, message: `A contact has at most ${MAX_TAGS} tags; these are ${tags.length}.` }];
  }
  return tags.flatMap((tag) => {
    const message = tagFault(tag);
    return message === undefined ? [] : [{ path, message }];
  });
}

export function tagFault(tag: string): string | undefined {
  if (tag.length > MAX_TAG_LENGTH) {
    return `A tag has at most ${MAX_TAG_LENGTH} characters; "${tag.slice(0, 20)}..." has ${tag.length}.`;
  }
  return SEPARATOR.test(tag) ? `"${tag}" contains a separator; send two tags.` : undefined;
}

function cleanTag(tag: string): string {
  return tag
    .normalize('NFC')
    .replace(/[\r\n\t]/g, ' ')
    .replace(CONTROL, '')
    .replace(/\s+/g, ' ')
    .trim();
}

import type { FieldError } from '../../../lib/errors.js';
import { foldedWord } from '../../../lib/folded-word.js';
import { isStorable } from '../../../lib/storable.js';
import {
  isActive,
  isAlways,
  isBuiltIn,
  wordKinds,
  type TenantWords,
  type WordKind,
} from './consent-words.js';

/** Longest word a tenant adds, in characters. */
export const MAX_WORD_LENGTH = 40;
/** Words in each list of a tenant. */
export const MAX_WORDS = 100;

const fields: Record<WordKind, { path: string; name: string }> = {
  opt_out: { path: 'optOutWords', name: 'opt-out' },
  opt_in: { path: 'optInWords', name: 'opt-in' },
};

/** What is wrong with a tenant's words as they would be after a change, each with the fix. */
export function wordErrors(words: TenantWords): FieldError[] {
  return wordKinds.flatMap((kind) => [
    ...errorsOf(words[kind].added, `${fields[kind].path}.added`, (word) => addedError(kind, word, words)),
    ...errorsOf(words[kind].removed, `${fields[kind].path}.removed`, (word) => removedError(kind, word)),
  ]);
}

function errorsOf(
  list: readonly string[],
  path: string,
  errorOf: (word: string) => string | undefined,
): FieldError[] {
  const first = new Map<string, number>();
  return list.flatMap((word, index) => {
    const form = foldedWord(word);
    const earlier = first.get(form);
    first.set(form, earlier ?? index);
    const message =
      shapeError(word) ??
      (earlier === undefined ? errorOf(word) : `is the same word as ${path}[${earlier}]; leave it out`);
    return message === undefined ? [] : [{ path: `${path}[${index}]`, message }];
  });
}

function shapeError(word: string): string | undefined {
  if (word.length > MAX_WORD_LENGTH) return `has ${word.length} characters; at most ${MAX_WORD_LENGTH}`;
  if (!isStorable(word)) return 'contains a broken or NUL character';
  if (foldedWord(word) !== '') return undefined;
  return 'must have a letter or a digit: emoji and punctuation do not count';
}

function addedError(kind: WordKind, word: string, words: TenantWords): string | undefined {
  const { name } = fields[kind];
  const other = wordKinds.find((one) => one !== kind) ?? kind;
  const { path: otherPath, name: otherName } = fields[other];
  if (words[kind].removed.some((removed) => foldedWord(removed) === foldedWord(word))) {
    return `"${word}" is also in ${fields[kind].path}.removed; leave it out of one of them`;
  }
  if (isAlways(other, word))
    return `"${word}" is always an ${otherName} word, so it cannot be an ${name} word`;
  if (!isActive(other, word, words[other])) return undefined;
  const fix = isBuiltIn(other, word)
    ? `put it into ${otherPath}.removed first`
    : `take it out of ${otherPath}.added first`;
  return `"${word}" is an ${otherName} word; ${fix}`;
}

function removedError(kind: WordKind, word: string): string | undefined {
  const { path, name } = fields[kind];
  if (isAlways(kind, word)) return `"${word}" is an ${name} word for every tenant and cannot be removed`;
  if (isBuiltIn(kind, word)) return undefined;
  return `"${word}" is no built-in ${name} word; one of your own is taken out of ${path}.added`;
}

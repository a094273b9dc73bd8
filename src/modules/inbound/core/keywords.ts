import { foldedWord } from '../../../lib/folded-word.js';
import { meaningOf, type TenantWords, type WordKind } from '../../tenants/core/consent-words.js';

/** A word with a page of exclamation marks is still one; longer texts are not looked at. */
const MAX_TEXT = 4_096;
/** Room for the longest word of a tenant, whose letters may become several each. */
const MAX_FORM = 200;

/** The text in the form of a word (`foldedWord`), or undefined when it is too long to be one or has no letters. */
export function possibleKeyword(text: string): string | undefined {
  if (text.length > MAX_TEXT) return undefined;
  const form = foldedWord(text);
  return form === '' || form.length > MAX_FORM ? undefined : form;
}

/** The keyword of a message that says nothing else: "Stop!" is one, "don't stop" is not. */
export function keywordOf(text: string, words: TenantWords): WordKind | undefined {
  const form = possibleKeyword(text);
  return form === undefined ? undefined : meaningOf(form, words);
}

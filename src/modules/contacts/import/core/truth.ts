import { pattern, plainTitle } from './titles.js';
import { ANSWER_ENDINGS, FALSE_SIGNS, FALSE_WORDS, TRUE_SIGNS, TRUE_WORDS } from './words/truth-words.js';

/** `=TRUE()`, `'FALSE` and `1.0` are how spreadsheets and databases write them. */
const DRESSED = /^['=]*(.*?)(?:\(\))?$/su;
const DECIMAL = /^([01])[.,]0+$/;
const VARIATION = /[\uFE0E\uFE0F]|\p{Emoji_Modifier}/gu;
/** `Não, obrigado`, `Yes - by SMS`: a word of two or more letters, and the rest. */
const ANSWER = /^([\p{L}\p{M}]{2,20})(?![\p{L}\p{M}])(.{0,200})/su;
const APART = /^\s?[,;!–—-]|^[.!]\s*$|^[.:]\s+\p{L}/u;
const ENDING = new RegExp(`^(?:${pattern(ANSWER_ENDINGS).source})`, 'u');
/** No yes or no is longer. */
const MAX_LENGTH = 40;

const READINGS = new Map<string, boolean>([
  ...readings(TRUE_WORDS, true),
  // A word that is a yes in one language and a no in another says nothing by itself: `tak` in Polish and in Malay.
  ...readings(FALSE_WORDS, false),
]);
for (const word of ambiguousWords()) READINGS.delete(word);
const SIGNS = new Map<string, boolean>([
  ...TRUE_SIGNS.split(' ').map((sign): [string, boolean] => [sign, true]),
  ...FALSE_SIGNS.split(' ').map((sign): [string, boolean] => [sign, false]),
]);

/** What programs and people write where nothing is known. */
const NO_ANSWER = /^\s*(?:(?:[-–—]{1,9}|n\/?a|#n\/a|[([<]?null[)\]>]?|none|undefined|nan|\\n)\s*)?$/i;

/** True for a cell that says neither yes nor no because there is no answer. */
export function isNoAnswer(cell: string): boolean {
  return cell.length <= MAX_LENGTH && NO_ANSWER.test(cell);
}

/** `TRUE`, `sim`, `1`, `x`, `да` are true, `FALSE`, `não`, `0`, `нет` are false; undefined for anything else. */
export function parseBoolean(cell: string): boolean | undefined {
  const text = cell.trim();
  if (text.length > MAX_LENGTH) return undefined;
  const sign = SIGNS.get(text.replace(VARIATION, ''));
  if (sign !== undefined) return sign;
  const bare = DRESSED.exec(text)?.[1] ?? text;
  return READINGS.get(plainTitle(DECIMAL.exec(bare)?.[1] ?? bare));
}

/**
 * What people answer in more words: `Não, obrigado`, `No thanks` and `Sim, por favor` say it with the first one, which
 * stands apart or has another such as `obrigado` or `aceito` behind it. `Não informado` says neither.
 */
export function parseAnswer(cell: string): boolean | undefined {
  const [, first = '', rest = ''] = ANSWER.exec(cell.trim()) ?? [];
  return APART.test(rest) || ENDING.test(plainTitle(rest)) ? parseBoolean(first) : undefined;
}

function readings(lists: readonly string[], value: boolean): [string, boolean][] {
  return wordsOf(lists).map((word) => [word, value]);
}

function ambiguousWords(): string[] {
  const no = new Set(wordsOf(FALSE_WORDS));
  return wordsOf(TRUE_WORDS).filter((word) => no.has(word));
}

function wordsOf(lists: readonly string[]): string[] {
  return lists.flatMap((list) => list.split(';').map(plainTitle));
}

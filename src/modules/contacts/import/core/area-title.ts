import { pattern, plainTitle, without, withoutBrackets, withoutPhoneWords } from './titles.js';
import * as words from './words/area-words.js';

const AREA = pattern(words.AREA_WORDS);
/** May as well be the code of a country. */
const VAGUE = pattern(words.VAGUE_AREA_WORDS);
const PARTICLES = pattern([words.PARTICLES]);

/** True for the title of an area code, or of what may be one: `DDD`, `Phone area code`, `Vorwahl`. */
export function isAreaTitle(title: string): boolean {
  const plain = plainTitle(withoutBrackets(title));
  if (!AREA.test(plain) && !VAGUE.test(plain)) return false;
  return /^[\d ]*$/.test(withoutPhoneWords([AREA, VAGUE].reduce(without, plain)));
}

/** False where the title may as well be that of the code of a country: `Vorwahl`, `Prefijo`. */
export function isSureAreaTitle(title: string): boolean {
  return AREA.test(plainTitle(withoutBrackets(title)));
}

/** What a title says besides that it is an area code. */
export function withoutAreaWords(title: string): string {
  return [AREA, VAGUE, PARTICLES].reduce(without, plainTitle(withoutBrackets(title)));
}

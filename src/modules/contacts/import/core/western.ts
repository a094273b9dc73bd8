/**
 * Whether a text that was read as Windows-1252 makes sense in it. The bytes of other code pages make letters there, too:
 * Cyrillic becomes words of nothing but accents, Polish gets a pound sign in the middle of a name, Turkish the letters of
 * Iceland. What remains as sure is how Western European languages write, of which most letters stand at the same place
 * in the code pages of their neighbours.
 */

/** Signs that stand beside letters in no word, only beside digits, blanks and other signs. */
const SIGN_AT_LETTER =
  /\p{L}[£¤¥¦¬¯±¸¨¶·¼½¾§©¿¡«‚„†‡‰‹›ˆ˜•€‘“×÷µ]|[£¤¥¦¬¯±³¹²¸¨¶·¼½¾§©»†‡‰ˆ˜ªº°›×÷µ”…]\p{L}/u;
const RAISED_DIGIT = /\p{L}[¹²³]/u;
const UNIT = /^[\d.]*[cdk]?m[²³]$/;
const SIGN_INSIDE = /\p{L}[“”„‚‘‹›«»¿¡•]\p{L}/u;
const UNDEFINED = /[\uFFFD\x80-\x9f]/;
const UPPER_BEHIND_LOWER = /\p{Ll}[À-ÖØ-ÞŠŽŒŸ]/u;
const THREE_IN_A_ROW = /[^\P{L}\p{ASCII}ªº]{3}/u;
/** Icelandic in Windows-1252; Turkish, Czech or Baltic in its neighbours. */
const RARE = /[ðþýÐÞÝÿŸ]/;
/** Nordic letters in a word of other accents, `ì` before a letter, `õ` and `ã` where Portuguese has none. */
const MIXED = /^(?=.*[øæ])(?=.*[áàâãíìîóòôõúùûçñèêëšž])/iu;
const NOT_THERE = /ì\p{L}|õ(?!e)|ã(?![oeisn]|\P{L}|$)/iu;

/** Counts the words with letters beyond ASCII, and those of them that make no sense. */
export function judgeWestern(text: string): { words: number; odd: number } {
  let words = 0;
  let odd = 0;
  for (const word of text.split(/[\s,;|"]+/)) {
    if (!/\P{ASCII}/u.test(word)) continue;
    words += 1;
    if (isOdd(word.slice(0, 200))) odd += 1;
  }
  return { words, odd };
}

function isOdd(word: string): boolean {
  if (UNDEFINED.test(word) || SIGN_AT_LETTER.test(word) || SIGN_INSIDE.test(word)) return true;
  if (RAISED_DIGIT.test(word) && !UNIT.test(word)) return true;
  if (UPPER_BEHIND_LOWER.test(word) || THREE_IN_A_ROW.test(word)) return true;
  if (RARE.test(word) || MIXED.test(word) || NOT_THERE.test(word)) return true;
  const letters = word.match(/\p{L}/gu) ?? [];
  const accented = letters.filter((letter) => letter > '\x7f').length;
  return letters.length > 1 && accented * 2 > letters.length;
}

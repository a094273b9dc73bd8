import { WRITTEN_LETTERS } from './written-letters.js';

/** Also signs such as ™ and ⓘ that would become letters, and digits in a box. */
const EMOJI = /\p{Extended_Pictographic}|[0-9#*]\uFE0F?\u20E3/gu;
/**
 * Accents, Hebrew points, Arabic vowel signs. The marks of other scripts are letters (the vowels of Hindi) or make another
 * letter (the dots of Japanese), and stay.
 */
const ACCENTS =
  /(?![\u3099\u309A])(?=[\p{Script=Inherited}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}])\p{M}/gu;
/**
 * What Hindi is written with or without: the dot below, and the sound in the nose, a dot above or half a consonant (`बंद`,
 * `बन्द`).
 */
const HINDI_OPTIONAL = /[\u093C\u0901\u0902]|[ङञणनम]\u094D(?=[क-ह])/gu;
const NO_LETTER = /[^\p{L}\p{M}\p{N}]|\p{Default_Ignorable_Code_Point}/gu;
/** Those of all folding, and an Arabic letter that people leave out. */
const WRITTEN_AS: Readonly<Record<string, string>> = {
  ...WRITTEN_LETTERS,
  ء: '',
};
const REWRITTEN = new RegExp(`[${Object.keys(WRITTEN_AS).join('')}]`, 'gu');

/**
 * One form for the ways in which people write a word: without emoji, accents, case, width, punctuation and blanks.
 * `Désabonner !`, `DESABONNER` and `des-abonner` are the same; so are `İPTAL`, `IPTAL` and `ıptal`. Linear in the text.
 */
export function foldedWord(text: string): string {
  return (
    text
      .replaceAll(EMOJI, '')
      .normalize('NFKD')
      .replaceAll(ACCENTS, '')
      .replaceAll(NO_LETTER, '')
      // Upper case alone makes one of `ß` and `ss`, of `ı` and `i`, and lower case of `ẞ` and `ß`.
      .toLowerCase()
      .toUpperCase()
      .toLowerCase()
      .replaceAll(REWRITTEN, (letter) => WRITTEN_AS[letter] ?? letter)
      .replaceAll(HINDI_OPTIONAL, '')
  );
}

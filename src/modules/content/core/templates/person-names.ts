/** Titles before a name: `Dra. Ana` is Ana. Compared in lower case without the dot. */
const HONORIFICS = new Set(
  'sr sra srta dr dra d dn dna don doña dona seu prof profa eng mr mrs ms miss mx sir herr frau mme mlle m'.split(
    ' ',
  ),
);
/** Stay small inside names and titles: João da Silva, Ludwig van Beethoven, Price of Tea. */
const PARTICLES = new Set(
  'a e y o de da do das dos del della delle di du des la las los le les el van von der den ten ter zu zum zur of and the in on at to for et und'.split(
    ' ',
  ),
);

/**
 * The name to greet a person by: `Dr. João da Silva`, `Silva, João` and `✨ João` are João. Its case stays as it is.
 */
export function firstName(name: string): string {
  const [before = '', after = ''] = name.split(',', 2);
  const all = (after.trim() === '' ? before : after).trim().split(/\s+/u);
  const spoken = all.filter((word) => /\p{L}/u.test(word));
  const words = spoken.length > 0 ? spoken : all;
  const isTitle = (word: string) => HONORIFICS.has(word.toLowerCase().replace(/\.$/u, ''));
  // The last word is kept: a name that is only "Don" stays.
  return words.find((word, index) => !isTitle(word) || index === words.length - 1) ?? '';
}

/**
 * `JOÃO DA SILVA` as `João da Silva`. Particles stay small except at the start; parts behind a hyphen or after `O'` and
 * `D'` are capitalised too; a word of mixed case (`McDonald`, `iPhone`) is left as its owner writes it.
 */
export function titleCase(text: string, locale?: string): string {
  let isFirst = true;
  return text.replaceAll(/\S+/gu, (word) => {
    const small = word.toLocaleLowerCase(locale);
    const stays = !isFirst && PARTICLES.has(small);
    isFirst = false;
    if (stays) return small;
    return isMixed(word) ? word : capitalised(small, locale);
  });
}

/** What stands before the first letter or digit of a word. */
const BEFORE_START = /^[^\p{L}\p{N}]*/u;
/** The first letter, those of parts behind a hyphen, and one behind a one-letter prefix with an apostrophe. */
const PART_START = /^\p{L}|(?<=[-–/.(])\p{L}|(?<=(?:^|[^\p{L}])\p{L}['’])\p{L}(?=\p{L})/gu;

function capitalised(word: string, locale?: string): string {
  const from = BEFORE_START.exec(word)?.[0].length ?? 0;
  const rest = word.slice(from).replaceAll(PART_START, (letter) => capital(letter, locale));
  return word.slice(0, from) + rest;
}

/** Letters that would become two (ß, ŉ) begin no name; they stay as they are, so that a second time changes nothing. */
function capital(letter: string, locale?: string): string {
  const large = letter.toLocaleUpperCase(locale);
  return /^.$/su.test(large) ? large : letter;
}

function isMixed(word: string): boolean {
  return /\p{Ll}/u.test(word) && /(?<=\p{L})\p{Lu}/u.test(word);
}

/**
 * Encodings that write every letter in ASCII. A file in one of them is valid UTF-8, and its names would be garbled without
 * a question.
 */
export type SevenBitEncoding = 'ISO-2022' | 'HZ' | 'UTF-7';

const ESCAPE = '\u001b';
/** `ESC $ B`, which no text has: it begins the Japanese, Korean or Chinese of a file in ISO-2022. */
const ISO_2022 = new RegExp(`${ESCAPE}(?:\\$[@AB]|\\$[()*+][A-M]|\\([IJ])`);
const HZ = /~\{[!-}]{2,200}~\}/;
/** Without a plus inside, which few of them have: each is then looked at once, also in a text of nothing but pluses. */
const UTF_7 = /\+([A-Za-z0-9/]{3,200})-/g;
const LETTERS = /^[\p{L}\p{M}\p{P}\p{Zs}\p{S}]+$/u;

/** What ASCII text may be written in; undefined when nothing in it looks so. */
export function sevenBitEncoding(ascii: string): SevenBitEncoding | undefined {
  if (ISO_2022.test(ascii)) return 'ISO-2022';
  if (HZ.test(ascii)) return 'HZ';
  return [...ascii.matchAll(UTF_7)].some(([, coded = '']) => isUtf7(coded)) ? 'UTF-7' : undefined;
}

/** Base64 of whole UTF-16 units, all of them letters beyond ASCII; a phone number has no capital letter. */
function isUtf7(coded: string): boolean {
  const bytes = Buffer.from(coded, 'base64');
  const units = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)));
  const isWhole = /[A-Z]/.test(coded) && units.toString('base64').replace(/={1,2}$/, '') === coded;
  const text = units.swap16().toString('utf16le');
  return isWhole && LETTERS.test(text) && !/\p{ASCII}/u.test(text);
}

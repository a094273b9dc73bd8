/** What programs write where there is no name. */
const MISSING = /^(?:[([<]?null[)\]>]?|\\n|#?n\/a|n\.a\.|#null!?|undefined|none)$/i;
/** Case matters: Nan is a name. */
const NOT_A_NUMBER = /^(?:nan|NaN)$/;
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u2800]/gu;
/** Letters, digits, emoji and other signs; dashes, dots and marks alone are no name. */
const SOMETHING = /[\p{L}\p{N}\p{So}\p{Extended_Pictographic}]/u;

/** A name of anything as it is stored: composed (NFC), trimmed, on one line; null when nothing is left. */
export function cleanName(name: string | null | undefined): string | null {
  return name?.replaceAll('\0', '').normalize('NFC').replace(/\s+/g, ' ').trim() || null;
}

/** A person's name as it is stored. What cannot be seen, and `NULL`, `N/A` or `-` in its place, are no name: null. */
export function personName(name: string | null | undefined): string | null {
  const clean = cleanName(name);
  if (clean === null || MISSING.test(clean) || NOT_A_NUMBER.test(clean)) return null;
  return SOMETHING.test(clean.replace(INVISIBLE, '')) ? clean : null;
}

/** The text without the characters `sign` at its end: an expression would begin anew at each of them. */
export function withoutTrailing(text: string, sign: string): string {
  let end = text.length;
  while (text.charAt(end - 1) === sign) end -= 1;
  return text.slice(0, end);
}

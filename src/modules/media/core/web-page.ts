import { wideText } from './text-file.js';

/** Longer prologs are not looked through. */
const MAX_START = 64 * 1_024;
/** What stands before the first element: a byte order mark, blanks, `<?xml ...?>`, comments. */
const PROLOG = /^\uFEFF?(?:\s|<\?xml[^>]{0,200}>|<!--(?:(?!-->)[^])*-->)*/i;
/**
 * What a browser takes for the beginning of a page (WHATWG MIME Sniffing, "identifying a resource with an unknown MIME
 * type"), and the elements that head a page.
 */
const PAGE =
  /^<(?:!doctype\s+html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|meta|link|base|noscript|form|center|frameset)[\s>/]/i;

/** Whether a file is a page for browsers, whatever its name or its server says. Linear in the start of the file. */
export function isWebPage(start: Uint8Array): boolean {
  const text = decoded(start.subarray(0, MAX_START));
  return PAGE.test(text.slice(PROLOG.exec(text)?.[0].length ?? 0));
}

function decoded(bytes: Uint8Array): string {
  const [first, second] = bytes;
  // Every encoding of the web but UTF-16 writes the beginning of a page as ASCII does.
  return (
    wideText(bytes) ??
    new TextDecoder('latin1').decode(first === 0xef && second === 0xbb ? bytes.subarray(3) : bytes)
  );
}

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

/** What says that a file is XML: then only these heads make a page, as `<a>` or `<table>` may be elements of anything. */
const XML_DECLARATION = /^\uFEFF?\s{0,100}<\?xml\s/i;
const XML_PAGE = /^<(?:!doctype\s+html|(?:\w{1,20}:)?html)[\s>/]/i;
/** Longer first elements are not looked through. */
const MAX_ELEMENT = 2_000;
const NAME_SPACE = /\sxmlns(?::[\w.-]{1,100})?=["']([^"']{0,200})/gi;
const OF_PAGES = 'http://www.w3.org/1999/xhtml';

/** Whether a file is a page for browsers, whatever its name or its server says. Linear in the start of the file. */
export function isWebPage(start: Uint8Array): boolean {
  const text = decoded(start.subarray(0, MAX_START));
  const head = text.slice(PROLOG.exec(text)?.[0].length ?? 0);
  if (XML_DECLARATION.test(text)) return XML_PAGE.test(head);
  return PAGE.test(head) && !isOtherXml(head);
}

/** A first element with a name space, which is not that of pages: `<table xmlns="urn:prices">`. */
function isOtherXml(head: string): boolean {
  const element = head.slice(0, MAX_ELEMENT).split('>', 1)[0] ?? '';
  const spaces = [...element.matchAll(NAME_SPACE)].map(([, space]) => space);
  return !/^<html/i.test(element) && spaces.length > 0 && !spaces.includes(OF_PAGES);
}

function decoded(bytes: Uint8Array): string {
  const [first, second] = bytes;
  // Every encoding of the web but UTF-16 writes the beginning of a page as ASCII does.
  return (
    wideText(bytes) ??
    new TextDecoder('latin1').decode(first === 0xef && second === 0xbb ? bytes.subarray(3) : bytes)
  );
}

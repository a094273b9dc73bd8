import { TypeGuards, type Value } from 'liquidjs';

/** Filters that leave a text what it is: with one of them behind it a placeholder is still one. */
const PLAIN_FILTERS = new Set(
  (
    'default upcase downcase capitalize title_case first_name strip lstrip rstrip strip_html strip_newlines ' +
    'newline_to_br normalize_whitespace escape escape_once xml_escape url_encode cgi_escape uri_escape truncate truncatewords'
  ).split(' '),
);
/** `1`, `01`, `-1`, `1.0`, also in other digits: `１`, `١`, `①`. */
const NUMBER = /^[+-]?(?:\p{N}{1,9}(?:\.\d{0,9})?|\(\p{N}{1,9}\))$/u;
/** What Liquid cannot read of the placeholders of others: `{{$1}}`, `{{#1}}`, `{{1:Ana}}`. */
const UNREADABLE = /^[#$@%&*:]?\s*\p{N}{1,9}\s*(?:[:=].*)?$/su;

/**
 * Why an output is the placeholder of another system, `{{1}}`, which numbers the values: Liquid would send the number
 * itself, or look for a value whose name is a digit. Undefined for any other output; a number that is calculated with, or
 * printed as money, is meant.
 */
export function placeholderError({ initial, filters }: Value): string | undefined {
  const [token, second] = initial.postfix;
  if (token === undefined || second !== undefined) return undefined;
  const text = token.getText();
  if (TypeGuards.isPropertyAccessToken(token)) {
    const name = /^\[(.*)\]$/su.exec(text)?.[1] ?? text;
    return isNumber(name) ? isPlaceholder(text) : undefined;
  }
  const isLiteral = TypeGuards.isNumberToken(token) || TypeGuards.isQuotedToken(token);
  const isPrinted = filters.every(({ name }) => PLAIN_FILTERS.has(name));
  if (!isLiteral || !isPrinted || !isNumber(String(token.content))) return undefined;
  return isPlaceholder(text, String(token.content).trim());
}

/** The same of an output that is no Liquid; Liquid found that out at the position `at` of the text. */
export function unreadablePlaceholder(text: string, at: number): string | undefined {
  const start = text.lastIndexOf('{{', at);
  const end = text.indexOf('}}', at);
  if (start < 0 || end < start + 2) return undefined;
  const inside = text
    .slice(start + 2, end)
    .replace(/^-/, '')
    .replace(/-$/, '')
    .trim();
  return UNREADABLE.test(inside) ? isPlaceholder(inside) : undefined;
}

function isNumber(text: string): boolean {
  return NUMBER.test(text.replaceAll(/[\p{Cf}\s]/gu, ''));
}

function isPlaceholder(written: string, number?: string): string {
  const sent = number === undefined ? '' : `, and would send the number ${number}`;
  return `{{${written}}} is a placeholder of another system${sent}; write the name of the value here, such as {{ name }} or {{ contact.city }}`;
}

/**
 * What a JSON body may cost, found in one pass over its bytes before anything of it is built: a few megabytes of
 * brackets would become a hundred times as much memory, and seconds in which nobody else is answered.
 */

/** Far beyond any real request. */
export const MAX_DEPTH = 64;
/** Ten thousand contacts with twenty variables each fit in. */
export const MAX_VALUES = 300_000;
/** Of a field's name, in bytes as sent. The longest that anything takes has 200 characters. */
export const MAX_NAME_BYTES = 1_000;
/** Of one text, in bytes as sent; the longest that anything takes is a tenth of it. */
export const MAX_TEXT_BYTES = 1_000_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Why these bytes are not worth parsing, in words that name the limit; undefined when they are. */
export function jsonOverBudget(bytes: Uint8Array): string | undefined {
  let depth = 0;
  let values = 1;
  let text = { start: 0, end: 0 };
  for (let at = 0; at < bytes.length; at += 1) {
    switch (bytes[at] ?? 0) {
      case QUOTE: {
        const end = endOfText(bytes, at + 1);
        if (end - at > MAX_TEXT_BYTES) return `has a text of more than ${MAX_TEXT_BYTES} bytes`;
        text = { start: at, end };
        at = end;
        break;
      }
      case COLON:
        if (text.end - text.start > MAX_NAME_BYTES) {
          return `has a field whose name is longer than ${MAX_NAME_BYTES} bytes`;
        }
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        depth += 1;
        values += 1;
        if (depth > MAX_DEPTH) return `is nested more than ${MAX_DEPTH} levels deep`;
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth -= 1;
        break;
      case COMMA:
        values += 1;
        break;
      default:
    }
    if (values > MAX_VALUES) return `has more than ${MAX_VALUES} values`;
  }
  return undefined;
}

/** Where the text that began before `at` ends: at its closing quote, or where the bytes end. */
function endOfText(bytes: Uint8Array, at: number): number {
  let end = at;
  while (end < bytes.length && bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1;
  return end;
}

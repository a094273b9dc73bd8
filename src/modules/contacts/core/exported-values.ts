import { isStorable } from '../../../lib/storable.js';

const BOOLEAN = /^(?:true|false)$/i;
/** 1125 to some and 1.125 to others: where it was a number, it must stay one. */
const AMBIGUOUS = /^-?[1-9]\d{0,2}\.\d{3}$/;

/**
 * An attribute as the text of a cell in an export of ours, which `importedValue` reads back. Texts stand as they are;
 * true and false, lists and objects as JSON; a number as its digits, which become a text again that is equal to it,
 * unless they could be read as another number. A text that looks like one of those gets an apostrophe in front.
 */
export function exportedValue(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') return JSON.stringify(value);
  return isMistakable(value) ? `'${value}` : value;
}

/** The value that `exportedValue` made this cell of. */
export function importedValue(cell: string): unknown {
  if (cell.startsWith("'") && isMistakable(cell)) return cell.slice(1);
  return typed(cell) ?? cell;
}

function isMistakable(text: string): boolean {
  return typed(text.replace(/^'+/, '')) !== undefined;
}

/** Undefined for a text. */
function typed(text: string): unknown {
  if (BOOLEAN.test(text)) return text.toLowerCase() === 'true';
  if (AMBIGUOUS.test(text)) return String(Number(text)) === text ? Number(text) : undefined;
  if (!/^(?:\{.*\}|\[.*\])$/s.test(text)) return undefined;
  const value = parsed(text);
  // Only what is written as we write it: a text in brackets stays a text.
  return value !== undefined && JSON.stringify(value) === text && isStorable(value) ? value : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

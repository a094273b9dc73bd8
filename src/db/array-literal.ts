type Item = string | number | boolean | Date | null;

/** What needs no quotes: ids, states, codes, times. */
const PLAIN = /^[\w:.+-]+$/;
/** Without quotes it would be read as none. */
const NONE = /^null$/i;

/**
 * An array as PostgreSQL reads it, such as `{a,b,"c d",NULL}`; undefined for what only the driver knows to write (arrays in
 * arrays, bytes, objects). The statements of a message carry some thirty items for each: the driver quotes and escapes every
 * one, and puts the text together from pieces that are copied again when it is sent.
 */
export function arrayLiteral(items: readonly unknown[]): string | undefined {
  const written: string[] = [];
  for (const item of items) {
    if (!isItem(item)) return undefined;
    written.push(writtenItem(item));
  }
  return `{${written.join(',')}}`;
}

const SIMPLE = new Set(['string', 'number', 'boolean', 'undefined']);

function isItem(item: unknown): item is Item | undefined {
  return SIMPLE.has(typeof item) || item === null || (item instanceof Date && !Number.isNaN(item.getTime()));
}

function writtenItem(item: Item | undefined): string {
  if (item === null || item === undefined) return 'NULL';
  if (typeof item !== 'string') return item instanceof Date ? item.toISOString() : String(item);
  return PLAIN.test(item) && !NONE.test(item)
    ? item
    : `"${item.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

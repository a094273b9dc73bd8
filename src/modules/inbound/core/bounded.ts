import { storableText } from '../../../lib/storable.js';

const MAX_TEXT = 65_536;
const MAX_ITEMS = 100;
const MAX_DEPTH = 6;

/**
 * What a stranger sent, as JSON that PostgreSQL stores: at most so long, so wide and so deep. Texts are cut, without NUL
 * characters and broken letters; dates become text.
 */
export function bounded(value: unknown, maxText = MAX_TEXT, depth = 0): unknown {
  if (typeof value === 'string') return storableText(value.slice(0, maxText));
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean' || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (typeof value !== 'object' || depth >= MAX_DEPTH) return null;
  if (Array.isArray(value)) {
    return value.slice(0, MAX_ITEMS).map((item) => bounded(item, maxText, depth + 1));
  }
  const given = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(
    given
      .slice(0, MAX_ITEMS)
      .map(([name, field]) => [storableText(name.slice(0, 200)), bounded(field, maxText, depth + 1)]),
  );
}

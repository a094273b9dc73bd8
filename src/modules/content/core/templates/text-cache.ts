import { LRUCache } from 'lru-cache';

/** Besides what is kept for a text: its key and the entry itself. */
const ENTRY_BYTES = 1_000;

/**
 * Keeps what is made of texts, the least used of them forgotten first, in about so many bytes. They come from tenants, who
 * may send any number of different ones.
 */
export function textCache<Value extends object>(
  maxBytes: number,
  bytesOf: (text: string, value: Value) => number,
): (text: string, make: () => Value) => Value {
  const cache = new LRUCache<string, Value>({
    maxSize: maxBytes,
    sizeCalculation: (value, text) => ENTRY_BYTES + bytesOf(text, value),
  });
  return (text, make) => {
    const known = cache.get(text);
    if (known !== undefined) return known;
    const made = make();
    cache.set(text, made);
    return made;
  };
}

/**
 * A JSON value with its texts in the composed form of Unicode (NFC): files from a Mac and some keyboards write `é` as two
 * characters, which look the same and compare as different.
 */
export function composed<Value>(value: Value): Value {
  if (typeof value === 'string') return value.normalize('NFC') as Value;
  if (Array.isArray(value)) return value.map((item: unknown) => composed(item)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key.normalize('NFC'), composed<unknown>(inner)]),
  ) as Value;
}

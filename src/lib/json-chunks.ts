import { yieldingWork } from './yielding-work.js';

const CHUNK = 64 * 1024;
/** Lists and objects so deep are written item by item; what lies deeper is written with its item. */
const DIVIDED_LEVELS = 2;

/**
 * The same text as `JSON.stringify(value, null, 2)`, in pieces of about 64 kB and with time for others in between:
 * written in one go, the megabytes of one large value would keep everybody else waiting.
 */
export async function* jsonChunks(value: object): AsyncGenerator<string> {
  const work = yieldingWork(Infinity);
  let chunk = '';
  for (const piece of pieces(value, 0)) {
    chunk += piece;
    if (chunk.length >= CHUNK) {
      yield chunk;
      chunk = '';
    }
    await work.yieldIfDue();
  }
  yield chunk;
}

function* pieces(value: unknown, level: number): Generator<string> {
  const entries = level < DIVIDED_LEVELS ? entriesOf(value) : [];
  if (entries.length === 0) {
    // A list has `null` where JSON knows no text for an item.
    yield (JSON.stringify(value, null, 2) ?? 'null').replaceAll('\n', `\n${'  '.repeat(level)}`);
    return;
  }
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  let lead = open;
  for (const [key, item] of entries) {
    yield `${lead}\n${'  '.repeat(level + 1)}${key}`;
    yield* pieces(item, level + 1);
    lead = ',';
  }
  yield `\n${'  '.repeat(level)}${close}`;
}

/** Items with what stands before them; none of what is written as a whole, such as a date. */
function entriesOf(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return value.map((item) => ['', item]);
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return [];
  return Object.entries(value)
    .filter(([, item]) => item !== undefined && typeof item !== 'function' && typeof item !== 'symbol')
    .map(([key, item]) => [`${JSON.stringify(key)}: `, item]);
}

import { randomBytes } from 'node:crypto';
import type { FieldError } from '../lib/faults.js';

/**
 * What a JSON body may cost, found in one pass over its bytes before anything of it is built: a few megabytes of
 * brackets would become a hundred times as much memory, and seconds in which nobody else is answered.
 */

/** Far beyond any real request. */
export const MAX_DEPTH = 64;
/** Ten thousand contacts with twenty variables each fit in. */
export const MAX_VALUES = 300_000;
/** Of one object; more than any DTO takes. */
export const MAX_FIELDS = 1_000;
/** Of one list. */
export const MAX_ENTRIES = 20_000;
/** Of a field's name, in bytes as sent. The longest that anything takes has 200 characters. */
export const MAX_NAME_BYTES = 1_000;
/** Of one text, in bytes as sent; the longest that anything takes is a tenth of it. */
export const MAX_TEXT_BYTES = 1_000_000;
/**
 * Different beginnings of the objects' fields: `{"a","b"}` and `{"b"}` have three. The engine makes a class for each,
 * in some microseconds, while all objects with the same fields in the same order share theirs.
 */
export const MAX_SHAPES = 50_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Unknown to callers, so that nobody can make up names that count as one. */
const SEED = randomBytes(4).readInt32LE();

/** Why these bytes are not worth parsing, in words that name the limit; undefined when they are. */
export function jsonOverBudget(bytes: Uint8Array): FieldError | undefined {
  return new Scan(bytes).run();
}

/** Per depth, from 1: what is open there. Whether the brackets match is the parser's business. */
class Scan {
  private depth = 0;
  private values = 1;
  /** The text before the current byte: it is a name when a colon follows. */
  private textFrom = 0;
  private textTo = 0;
  private readonly shapes = new Set<number>();
  private readonly inList = new Uint8Array(MAX_DEPTH + 1);
  private readonly entries = new Int32Array(MAX_DEPTH + 1);
  private readonly shape = new Int32Array(MAX_DEPTH + 1);
  private readonly nameFrom = new Int32Array(MAX_DEPTH + 1);
  private readonly nameTo = new Int32Array(MAX_DEPTH + 1);

  constructor(private readonly bytes: Uint8Array) {}

  run(): FieldError | undefined {
    const { bytes } = this;
    let fault: string | undefined;
    for (let at = 0; at < bytes.length && fault === undefined; at += 1) {
      switch (bytes[at] ?? 0) {
        case QUOTE:
          this.textFrom = at + 1;
          at = this.endOfText(at + 1);
          this.textTo = at;
          if (at - this.textFrom > MAX_TEXT_BYTES) fault = `has a text of more than ${MAX_TEXT_BYTES} bytes`;
          break;
        case COLON:
          fault = this.name();
          break;
        case COMMA:
          fault = this.next();
          break;
        case OPEN_LIST:
          fault = this.open(1);
          break;
        case OPEN_OBJECT:
          fault = this.open(0);
          break;
        case CLOSE_LIST:
        case CLOSE_OBJECT:
          if (this.depth > 0) this.depth -= 1;
          break;
        default:
      }
    }
    return fault === undefined ? undefined : { path: this.path(), message: fault };
  }

  private open(inList: 0 | 1): string | undefined {
    if (this.depth === MAX_DEPTH) {
      this.depth = 1;
      return `is nested more than ${MAX_DEPTH} levels deep`;
    }
    this.depth += 1;
    this.inList[this.depth] = inList;
    this.entries[this.depth] = 0;
    this.shape[this.depth] = SEED;
    this.nameTo[this.depth] = 0;
    return this.value();
  }

  private next(): string | undefined {
    const entries = (this.entries[this.depth] ?? 0) + 1;
    this.entries[this.depth] = entries;
    const most = this.inList[this.depth] === 1 ? MAX_ENTRIES : MAX_FIELDS;
    if (entries < most) return this.value();
    this.depth -= 1;
    return `has more than ${most} ${most === MAX_ENTRIES ? 'entries' : 'fields'}`;
  }

  private value(): string | undefined {
    this.values += 1;
    if (this.values <= MAX_VALUES) return undefined;
    this.depth = 0;
    return `has more than ${MAX_VALUES} values`;
  }

  private name(): string | undefined {
    const { depth, textFrom, textTo } = this;
    if (textTo - textFrom > MAX_NAME_BYTES) {
      this.depth -= 1;
      return `has a field whose name is longer than ${MAX_NAME_BYTES} bytes`;
    }
    this.nameFrom[depth] = textFrom;
    this.nameTo[depth] = textTo;
    let shape = this.shape[depth] ?? 0;
    for (let at = textFrom; at <= textTo; at += 1)
      shape = Math.imul(shape ^ (this.bytes[at] ?? 0), 0x01000193);
    this.shape[depth] = shape;
    this.shapes.add(shape);
    if (this.shapes.size <= MAX_SHAPES) return undefined;
    this.depth = 0;
    return `has objects of more than ${MAX_SHAPES} kinds; give all the same fields in the same order`;
  }

  /** At the closing quote, or where the bytes end. */
  private endOfText(from: number): number {
    const { bytes } = this;
    let at = from;
    while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
    return at;
  }

  /** The place at the current depth: `contacts[3].variables`. */
  private path(): string {
    let path = '';
    for (let depth = 1; depth <= this.depth; depth += 1) {
      if (this.inList[depth] === 1) path += `[${this.entries[depth]}]`;
      else path += `${path === '' ? '' : '.'}${this.nameAt(depth)}`;
    }
    return path === '' ? 'body' : path;
  }

  private nameAt(depth: number): string {
    return Buffer.from(this.bytes.subarray(this.nameFrom[depth], this.nameTo[depth])).toString();
  }
}

import { seededRandom } from '../../../../lib/random.js';
import { opaqueEnd } from './liquid-spans.js';
import { textCache } from './text-cache.js';

/** A text passed to Liquid, or a choice, whose options may hold choices and Liquid. */
export type SpinNode = string | { options: SpinNode[][] };

export interface SpinSyntaxError {
  message: string;
  /** Offset in the source, from 0. */
  at: number;
}

export interface SpinText {
  ok: true;
  nodes: SpinNode[];
  /** Offsets of the characters that mark choices and escapes. */
  markers: number[];
  /** Where the options of all choices stand. */
  options: { start: number; end: number }[];
}

export type SpinParse = SpinText | { ok: false; error: SpinSyntaxError };

/** Deeper nesting is a mistake, and would cost stack. */
const MAX_DEPTH = 20;
/** A choice of short options takes so much for each of its characters. */
const PARSED_BYTES_PER_CHARACTER = 150;
const CACHED_BYTES = 16 * 1024 * 1024;
const cache = textCache<SpinParse>(CACHED_BYTES, ({ length }) => length * PARSED_BYTES_PER_CHARACTER);

/**
 * Parses the choices of a template. Liquid (`{{ }}`, `{% %}`, raw and comment blocks) is left as it is; `\{`, `\|` and
 * `\}` are the characters themselves.
 */
export function parseSpintax(source: string): SpinParse {
  return cache(source, () => new Reader(source).read());
}

/**
 * The template with every choice made. The same seed and source give the same text, so that preview, resend and stored
 * message agree. Choices are made before Liquid inserts values, so a value is never parsed as a choice.
 */
export function spin(source: string, seed: string): string {
  if (!mayHoldSpintax(source)) return source;
  const parsed = parseSpintax(source);
  if (!parsed.ok) throw new Error(parsed.error.message);
  // Braces of Liquid alone: nothing is chosen.
  if (parsed.markers.length === 0) return source;
  const random = seededRandom(hash(`${seed}\n${source}`));
  return choose(parsed.nodes, random);
}

/**
 * The source with the markers of its choices replaced by blanks. All options remain and no character moves, so that
 * Liquid parses all of them and its positions are those of the source.
 */
export function withoutMarkers(source: string, { markers }: SpinText): string {
  // Split by UTF-16 units, as offsets count them.
  const characters = source.split('');
  for (const at of markers) characters[at] = ' ';
  return characters.join('');
}

function choose(nodes: readonly SpinNode[], random: () => number): string {
  let text = '';
  for (const node of nodes) {
    if (typeof node === 'string') text += node;
    else text += choose(node.options[Math.floor(random() * node.options.length)] ?? [], random);
  }
  return text;
}

function mayHoldSpintax(source: string): boolean {
  return /[{}\\]/.test(source);
}

class Reader {
  private at = 0;
  private readonly markers: number[] = [];
  private readonly options: { start: number; end: number }[] = [];

  constructor(private readonly source: string) {}

  read(): SpinParse {
    try {
      const nodes = this.sequence(0);
      if (this.at < this.source.length) throw this.errorAt(this.at, '} closes nothing');
      return { ok: true, nodes, markers: this.markers, options: this.options };
    } catch (error) {
      if (error instanceof SpinError) return { ok: false, error: { message: error.message, at: error.at } };
      throw error;
    }
  }

  /** Up to the end, or inside a group up to the `|` or `}` that ends the option. */
  private sequence(depth: number): SpinNode[] {
    const nodes: SpinNode[] = [];
    let text = '';
    const { source } = this;
    while (this.at < source.length) {
      const character = source[this.at];
      const opaque = opaqueEnd(source, this.at);
      if (opaque !== undefined) {
        text += source.slice(this.at, opaque);
        this.at = opaque;
      } else if (character === '\\' && '{|}'.includes(source[this.at + 1] ?? ' ')) {
        text += literal(source[this.at + 1] ?? '');
        this.markers.push(this.at, this.at + 1);
        this.at += 2;
      } else if (character === '{') {
        if (text !== '') nodes.push(text);
        text = '';
        nodes.push(this.group(depth + 1));
      } else if (character === '}' || (character === '|' && depth > 0)) break;
      else {
        text += character;
        this.at += 1;
      }
    }
    if (text !== '') nodes.push(text);
    return nodes;
  }

  private group(depth: number): SpinNode {
    const start = this.at;
    if (depth > MAX_DEPTH) throw this.errorAt(start, `choices are nested more than ${MAX_DEPTH} deep`);
    const options: SpinNode[][] = [];
    do {
      this.markers.push(this.at);
      this.at += 1;
      const from = this.at;
      options.push(this.sequence(depth));
      this.options.push({ start: from, end: this.at });
    } while (this.source[this.at] === '|');
    if (this.source[this.at] !== '}') throw this.errorAt(start, '{ is not closed');
    this.markers.push(this.at);
    this.at += 1;
    if (options.length === 1) throw this.singleOption(start, this.at);
    return { options };
  }

  private singleOption(start: number, end: number): SpinError {
    const inside = this.source.slice(start + 1, end - 1).trim();
    const variable = /^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(inside) ? `; a variable is {{ ${inside} }}` : '';
    return new SpinError(
      `{...} gives no choice: it has no |${variable}; for the characters themselves write \\{ and \\}`,
      start,
    );
  }

  private errorAt(at: number, what: string): SpinError {
    return new SpinError(
      `${what}: a choice is {one|another}; for the characters themselves write \\{ \\| \\}`,
      at,
    );
  }
}

class SpinError extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

/** Two literal braces side by side must not start Liquid. */
function literal(character: string): string {
  return character === '{' ? '{{ "{" }}' : character;
}

/** FNV-1a over UTF-16 units, then murmur3's finaliser: neighbouring seeds give unrelated numbers. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

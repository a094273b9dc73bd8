import type { Context, FilterImplOptions, Liquid } from 'liquidjs';
import { budgetOf, MeteredContext } from './metered-context.js';

type FilterImpl = ThisParameterType<Extract<FilterImplOptions, (...args: never[]) => unknown>>;

/**
 * Every character of these texts is one UTF-16 unit: there is nothing to combine below U+0300. Liquid's own filters cut
 * them right.
 */
const SIMPLE = /^[\0-\u02FF]*$/;

/** What people call characters: an emoji of several code points is one, and so is a letter with its accents. */
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The segmenter's time grows with the square of the text, so it gets pieces of so many UTF-16 units. */
const PIECE = 256;

/** One of more than `PIECE` units, such as a letter under hundreds of accents, counts as several. */
function characters(text: string): string[] {
  if (SIMPLE.test(text)) return text.split('');
  const found: string[] = [];
  for (let from = 0; from < text.length;) {
    const piece = pieceFrom(text, from);
    const isLast = from + piece.length === text.length;
    const inside = Array.from(segmenter.segment(piece), ({ segment }) => segment);
    // The last one may go on behind the piece: the next piece begins with it.
    const whole = isLast || inside.length === 1 ? inside : inside.slice(0, -1);
    for (const character of whole) {
      found.push(character);
      from += character.length;
    }
  }
  return found;
}

function pieceFrom(text: string, from: number): string {
  const piece = text.slice(from, from + PIECE);
  return hasHalfCharacter(piece.slice(-1)) && from + PIECE < text.length ? piece.slice(0, -1) : piece;
}

/** Half of a character, as a text in which a filter cut one apart has it. */
const HALF = /\p{Surrogate}/u;

/** True for a text that neither a phone nor PostgreSQL takes. */
export function hasHalfCharacter(text: string): boolean {
  return HALF.test(text);
}

type Handler = (this: FilterImpl, value: unknown, ...args: unknown[]) => unknown;

/** Liquid's filters that cut a text do it between UTF-16 units or code points, which leaves half an emoji. */
const cutting: Record<string, (own: Handler) => Handler> = {
  split: (own) =>
    function (value, separator) {
      return isComplex(value) && separator === ''
        ? characters(metered(this.context, value))
        : own.call(this, value, separator);
    },
  slice: (own) =>
    function (value, begin, length = 1) {
      if (!isComplex(value) || !isWhole(begin) || !isWhole(length))
        return own.call(this, value, begin, length);
      const all = characters(metered(this.context, value));
      const from = begin < 0 ? all.length + begin : begin;
      return from < 0 || length < 0 ? '' : all.slice(from, from + length).join('');
    },
  truncate: (own) =>
    function (value, length = 50, ending = '...') {
      if (!isComplex(value) || !isWhole(length)) return own.call(this, value, length, ending);
      const all = characters(metered(this.context, value));
      if (all.length <= length) return value;
      const tail = String(ending);
      return all.slice(0, Math.max(length - characters(tail).length, 0)).join('') + tail;
    },
  first: (own) =>
    function (value) {
      return isComplex(value) ? characters(metered(this.context, value)).at(0) : own.call(this, value);
    },
  last: (own) =>
    function (value) {
      return isComplex(value) ? characters(metered(this.context, value)).at(-1) : own.call(this, value);
    },
  replace: (own) =>
    function (value, pattern, replacement) {
      const between = replacement ?? '';
      if (!isComplex(value) || pattern !== '' || typeof between !== 'string') {
        return own.call(this, value, pattern, replacement);
      }
      const all = characters(metered(this.context, value));
      this.context.memoryLimit.use(all.length * between.length);
      return all.join(between);
    },
};

/** Makes the filters of Liquid that cut a text cut between characters. */
export function cutBetweenCharacters(engine: Liquid): void {
  for (const [name, around] of Object.entries(cutting)) {
    const own: FilterImplOptions | undefined = engine.filters[name];
    if (typeof own !== 'function') throw new Error(`Liquid has no filter ${name}.`);
    engine.registerFilter(name, around(own));
  }
}

/** In which `{{ name[0] }}` is the first character of a text. */
export class CharacterContext extends MeteredContext {
  override readProperty(value: unknown, key: unknown): unknown {
    if (!isComplex(value) || !isWhole(key)) return super.readProperty(value, key);
    return characters(metered(this, value)).at(key);
  }
}

function isComplex(value: unknown): value is string {
  return typeof value === 'string' && !SIMPLE.test(value);
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value);
}

/** Finding where a character ends takes longer than anything else that is done with it. */
const STEPS_PER_UNIT = 0.05;

/** Pays for the work: a loop must not cut a long text over and over. */
function metered(context: Context, text: string): string {
  const budget = budgetOf(context);
  budget.spend(text.length * STEPS_PER_UNIT);
  budget.hold(text.length);
  return text;
}

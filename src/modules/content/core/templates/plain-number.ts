/** As a program writes it: `1250.9`. */
const PLAIN = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)\s*$/;
/** Twelve hundred and fifty for half of the world, one and a quarter for the other. */
const AMBIGUOUS = /^\s*[+-]?[1-9]\d{0,2}\.\d{3}\s*$/;
/** Digits with what people put between and around them: `1.250,90`, `1 250`, `１２`, `R$ 100`. */
const WRITTEN = /^(?:\p{L}{0,3}\p{Sc})?[\s+\-\u2212]*\p{Nd}[\p{Nd}.,'\u2019\s\u066b\u066c]*(?:\p{Sc}\s*)?$/u;
/** So many digits a JavaScript number surely keeps. */
const MAX_DIGITS = 15;
const MAX_TEXT = 60;

/** A number that a filter has read from a text: it counts as the number and prints as the text of its locale. */
export class LocaleNumber {
  constructor(
    readonly value: number,
    private readonly text: string,
  ) {}

  get length(): number {
    return this.text.length;
  }

  toString(): string {
    return this.text;
  }

  toJSON(): number {
    return this.value;
  }

  // What Liquid asks of a value that it compares.
  equals(other: unknown): boolean {
    return other === this.text || isSameNumber(this.value, other);
  }
  gt(other: unknown): boolean {
    return this.value > numberOf(other);
  }
  geq(other: unknown): boolean {
    return this.value >= numberOf(other);
  }
  lt(other: unknown): boolean {
    return this.value < numberOf(other);
  }
  leq(other: unknown): boolean {
    return this.value <= numberOf(other);
  }
}

/** The number that a value surely is; undefined for a text that means different numbers to different people. */
export function plainNumber(value: unknown): number | undefined {
  if (value instanceof LocaleNumber) return value.value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string' || value.length > MAX_TEXT) return undefined;
  return PLAIN.test(value) && !AMBIGUOUS.test(value) && isExact(value) ? Number(value) : undefined;
}

/** The same, or an error that says how to write or read it. */
export function numberOf(value: unknown): number {
  const number = plainNumber(value);
  if (number !== undefined) return number;
  throw new Error(`${shown(value)} is no number; ${fixFor(value)}`);
}

/**
 * Whether a value is this number: also a text that is, because what comes from files is text. A text that is a number
 * only to some (`1.250`, `0,00`) is an error, as in a calculation: an answer would be a guess.
 */
export function isSameNumber(number: number, value: unknown): boolean {
  const other = plainNumber(value);
  if (other !== undefined) return other === number;
  if (typeof value !== 'string' || value.length > MAX_TEXT || !WRITTEN.test(value)) return false;
  return !isLong(value) && numberOf(value) === number;
}

/** A plain text of more digits than can be calculated with: no number of a template is the same. */
function isLong(text: string): boolean {
  return PLAIN.test(text) && !AMBIGUOUS.test(text);
}

function fixFor(value: unknown): string {
  if (typeof value !== 'string' || value.length > MAX_TEXT) return 'write it as 1234.5';
  if (AMBIGUOUS.test(value)) {
    const [whole = '', rest = ''] = value.trim().split('.');
    return `it is ${whole}${rest} to some and ${Number(value)} to others; say how to read it, as number: "pt-BR" or number: "en-US"`;
  }
  if (isLong(value)) return `it has more than ${MAX_DIGITS} digits, which cannot be calculated with`;
  return 'write it as 1234.5, or say how to read it, as number: "pt-BR"';
}

export function isExact(digits: string): boolean {
  return (digits.replace(/^\D*0*/, '').match(/\d/g)?.length ?? 0) <= MAX_DIGITS;
}

export function shown(value: unknown): string {
  return (JSON.stringify(value) ?? typeof value).slice(0, 60);
}

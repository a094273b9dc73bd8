/**
 * Steps one message may take to render, all its texts together. A step takes a few microseconds, at worst ten where nothing
 * is warm; a long text takes a few hundred of them.
 */
export const MAX_STEPS = 5_000;
/** Characters and items a message may make on the way, besides its texts. */
const MAX_MEMORY = 500_000;
/** Longest rendered text: WhatsApp cuts a text message at 65,536 characters. */
export const MAX_TEXT_LENGTH = 65_536;

/**
 * What rendering one message may cost. Counted instead of timed, so that the same text ends the same way on every machine,
 * however busy it is. Each method throws an error that names the limit.
 */
export class RenderBudget {
  private steps = 0;
  private memory = 0;
  private written = 0;
  private captures = 0;
  private made: Set<string> | undefined;

  spend(steps: number): void {
    this.steps += steps;
    if (this.steps > MAX_STEPS) throw new Error(`the template takes more than ${MAX_STEPS} steps`);
  }

  /** Characters or items that are kept on the way. Less than none gives nothing back. */
  hold(units: number): void {
    if (!(units > 0)) return;
    this.memory += units;
    if (this.memory > MAX_MEMORY) {
      throw new Error(`the template needs memory for more than ${MAX_MEMORY} characters and items`);
    }
  }

  /** Characters of the text; inside `capture` they are kept instead. */
  write(characters: number): void {
    if (this.captures > 0) return this.hold(characters);
    this.written += characters;
    if (this.written > MAX_TEXT_LENGTH)
      throw new Error(`the text is longer than ${MAX_TEXT_LENGTH} characters`);
  }

  /** Each text has its own length. */
  startText(): void {
    this.written = 0;
    this.captures = 0;
  }

  startCapture(): void {
    this.captures += 1;
  }

  endCapture(): void {
    this.captures -= 1;
  }

  /** True the first time: a formatter has to be made then, which takes long, and is kept for the next value. */
  isNew(formatter: string): boolean {
    this.made ??= new Set();
    if (this.made.has(formatter)) return false;
    this.made.add(formatter);
    return true;
  }
}

/** Walking through an item of a list. */
const ITEM_STEPS = 0.03;

/**
 * Characters and items of a value. Lists may hold the same list twice, and that one another, so that a small value prints
 * as a huge one: walking through it is paid as well.
 */
export function sizeOf(value: unknown, budget: RenderBudget): number {
  if (typeof value === 'string') return value.length;
  if (!Array.isArray(value)) return 1;
  let size = 0;
  for (const item of value as unknown[]) {
    budget.spend(ITEM_STEPS);
    size += 1 + sizeOf(item, budget);
  }
  return size;
}

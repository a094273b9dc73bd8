/** One piece of other work begins at least this often, whatever is under way: it goes on more slowly, but it goes on. */
const PATIENCE_MS = 100;
/** Where urgent work has just ended, more of it is likely to come. */
const LATELY_MS = 1_000;
/** Items in one piece of other work meanwhile. What has begun is not interrupted, so it has to be over soon. */
const SMALL_PIECE = 50;

/**
 * Lets short work that a person waits for go before work that fills the event loop, the processors and the database. All
 * other work begins piece by piece, and asks here before each. While nothing urgent is under way or was so lately, that
 * costs nothing and changes nothing.
 */
export class RightOfWay {
  private urgent = 0;
  private urgentEndedAt = -Infinity;
  /** Pieces of other work under way. */
  private pieces = 0;
  private readonly waiting: (() => void)[] = [];
  private patience: NodeJS.Timeout | undefined;

  /** Runs urgent work. Its next step may follow at once: no other work begins in between. */
  async urgently<Result>(work: () => Promise<Result>): Promise<Result> {
    this.urgent += 1;
    try {
      return await work();
    } finally {
      this.urgent -= 1;
      this.urgentEndedAt = performance.now();
      this.letOneGoSoon();
    }
  }

  /** Runs a piece of other work: at once as a rule; while urgent work comes, in its turn and beside nothing else. */
  async behind<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.isBusy && !this.isFree) await this.wait();
    this.pieces += 1;
    try {
      return await work();
    } finally {
      this.pieces -= 1;
      this.letOneGoSoon();
    }
  }

  /** How many items a piece may have that would have so many. */
  sizeOf(items: number): number {
    return this.isBusy ? Math.min(items, SMALL_PIECE) : items;
  }

  private get isBusy(): boolean {
    return this.urgent > 0 || performance.now() - this.urgentEndedAt < LATELY_MS;
  }

  private get isFree(): boolean {
    return this.urgent === 0 && this.pieces === 0;
  }

  private wait(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.patience ??= setTimeout(() => this.letOneGo(), PATIENCE_MS);
    });
  }

  private letOneGoSoon(): void {
    if (this.waiting.length === 0) return;
    setImmediate(() => {
      if (this.isFree) this.letOneGo();
    });
  }

  private letOneGo(): void {
    clearTimeout(this.patience);
    this.patience = undefined;
    this.waiting.shift()?.();
    if (this.waiting.length > 0) this.patience = setTimeout(() => this.letOneGo(), PATIENCE_MS);
  }
}

import { STRETCH_MS } from './yielding-work.js';

/**
 * Turns for computations that are short each and many altogether, such as the texts of messages. Where there is time they
 * run at once; otherwise those of each key wait for one another, and the keys go in turns: one tenant's expensive texts
 * hold up another's by one text at a time.
 */
export class FairTurns {
  private readonly waiting = new Map<string, (() => void)[]>();
  private stretchFrom: number | undefined;

  async run<Result>(key: string, compute: () => Result): Promise<Result> {
    if (this.waiting.size === 0 && this.hasTime()) return compute();
    return new Promise((resolve, reject) => {
      if (this.waiting.size === 0) setImmediate(() => this.goOn());
      const queue = this.waiting.get(key) ?? [];
      this.waiting.set(key, queue);
      queue.push(() => {
        try {
          resolve(compute());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
  }

  /** In this turn of the event loop. */
  private hasTime(): boolean {
    if (this.stretchFrom === undefined) {
      this.stretchFrom = performance.now();
      setImmediate(() => {
        this.stretchFrom = undefined;
      });
    }
    return performance.now() - this.stretchFrom < STRETCH_MS;
  }

  private goOn(): void {
    const from = performance.now();
    while (this.waiting.size > 0 && performance.now() - from < STRETCH_MS) this.runOne();
    if (this.waiting.size > 0) setImmediate(() => this.goOn());
  }

  /** The first of the key that has waited longest; its others go behind those of all other keys. */
  private runOne(): void {
    const [entry] = this.waiting;
    if (!entry) return;
    const [key, queue] = entry;
    const compute = queue.shift();
    this.waiting.delete(key);
    if (queue.length > 0) this.waiting.set(key, queue);
    compute?.();
  }
}

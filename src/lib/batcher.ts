import type { RightOfWay } from './right-of-way.js';
import { unavailableResource } from './transient-errors.js';

interface Call<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

export interface BatcherOptions {
  /** The most items of one run. */
  maxItems: number;
  /** How long the first item waits for others; 0: only for the run that is under way. */
  maxDelayMs: number;
  /** Runs are pieces of work that lets urgent work go first. */
  givesWayTo?: RightOfWay | undefined;
  /** Called when the last run has ended and nothing waits for another: whoever keeps the batcher may forget it. */
  onIdle?: () => void;
}

/**
 * Coalesces concurrent calls into one: items that arrive within `maxDelayMs` of each other, up to `maxItems`, are
 * handed to `run` together, one run at a time per batcher. `run` returns results in the order of its items. While a run
 * is under way the next batch fills up, so load makes batches larger instead of more numerous.
 *
 * A run that throws has done nothing. Its batch is halved and run again until the items that make it throw are alone, so
 * that they reject their own calls and no others; what is unavailable (see `unavailableResource`) is so for all of them
 * and rejects them at once.
 */
export class Batcher<Item, Result> {
  private pending: Call<Item, Result>[] = [];
  private running = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly run: (items: Item[]) => Promise<Result[]>,
    private readonly options: BatcherOptions,
  ) {}

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.pending.push({ item, resolve, reject });
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.running || this.pending.length === 0) return;
    if (this.pending.length >= this.options.maxItems || this.options.maxDelayMs === 0) {
      clearTimeout(this.timer);
      this.timer = undefined;
      void this.flush();
      return;
    }
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.flush();
    }, this.options.maxDelayMs);
  }

  private async flush(): Promise<void> {
    if (this.running || this.pending.length === 0) return;
    this.running = true;
    const { maxItems, givesWayTo } = this.options;
    const run = (): Promise<void> =>
      this.settle(this.pending.splice(0, givesWayTo?.sizeOf(maxItems) ?? maxItems));
    await (givesWayTo ? givesWayTo.behind(run) : run());
    this.running = false;
    if (this.pending.length === 0) this.options.onIdle?.();
    else this.schedule();
  }

  /** Never rejects: every call of the batch gets its result or its error. */
  private async settle(batch: Call<Item, Result>[]): Promise<void> {
    try {
      const results = await this.run(batch.map(({ item }) => item));
      if (results.length !== batch.length) {
        throw new Error(`A batch of ${batch.length} items was answered with ${results.length} results.`);
      }
      batch.forEach(({ resolve }, index) => resolve(results[index] as Result));
    } catch (error) {
      if (batch.length === 1 || unavailableResource(error) !== undefined) {
        for (const { reject } of batch) reject(error);
        return;
      }
      const middle = Math.ceil(batch.length / 2);
      await this.settle(batch.slice(0, middle));
      await this.settle(batch.slice(middle));
    }
  }
}

/**
 * Coalesces concurrent calls into one: items that arrive within `maxDelayMs` of each other, up to `maxItems`, are
 * handed to `run` together, one run at a time per batcher. `run` returns results in the order of its items; a thrown
 * error rejects every call of that run. While a run is under way the next batch fills up, so load makes batches larger
 * instead of more numerous.
 */
export class Batcher<Item, Result> {
  private pending: { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void }[] = [];
  private running = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly run: (items: Item[]) => Promise<Result[]>,
    private readonly options: { maxItems: number; maxDelayMs: number },
  ) {}

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.pending.push({ item, resolve, reject });
      this.schedule();
    });
  }

  get idle(): boolean {
    return !this.running && this.pending.length === 0;
  }

  private schedule(): void {
    if (this.running || this.pending.length === 0) return;
    if (this.pending.length >= this.options.maxItems) {
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
    const batch = this.pending.splice(0, this.options.maxItems);
    try {
      const results = await this.run(batch.map(({ item }) => item));
      if (results.length !== batch.length) {
        throw new Error(`A batch of ${batch.length} items was answered with ${results.length} results.`);
      }
      batch.forEach(({ resolve }, index) => resolve(results[index] as Result));
    } catch (error) {
      batch.forEach(({ reject }) => reject(error));
    } finally {
      this.running = false;
      this.schedule();
    }
  }
}

/** Lets one batch be written while the next is being read: one at a time, in order, never more than one ahead. */
export class WriteBehind {
  private last: Promise<boolean> = Promise.resolve(true);

  /** Starts once the batch before is written. False when that one found nothing to go on with: this one is left out. */
  async write(batch: () => Promise<boolean>): Promise<boolean> {
    if (!(await this.last)) return false;
    this.last = batch();
    // The next `write` or `settle` throws the error; until then it must not count as an unhandled rejection.
    this.last.catch(() => undefined);
    return true;
  }

  /** Waits for the last batch; throws what went wrong with it. */
  settle(): Promise<boolean> {
    return this.last;
  }
}

/** What keeps several from beginning something for a while. */
export class Gate {
  private readonly underWay = new Set<Promise<unknown>>();
  private opened: Promise<void> = Promise.resolve();
  private letIn: () => void = () => undefined;

  /** Begins once the gate is open. */
  async pass<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let opened: Promise<void> | undefined; opened !== this.opened;) {
      ({ opened } = this);
      await opened;
    }
    const result = work();
    this.underWay.add(result);
    try {
      return await result;
    } finally {
      this.underWay.delete(result);
    }
  }

  /** Resolves when what had begun is over. */
  async close(): Promise<void> {
    this.opened = new Promise((resolve) => (this.letIn = resolve));
    await Promise.allSettled(this.underWay);
  }

  open(): void {
    this.letIn();
  }
}

import { DueHeap } from './core/due-heap.js';

/** How many tasks run before other work of the process gets a turn. */
const SLICE = 2_000;

/**
 * Runs tasks later, with one timer for all of them; what is due at once waits in a plain list and runs in the next
 * turn of the event loop, in order. Its timers never keep the process alive.
 */
export class Schedule {
  private soon: (() => void)[] = [];
  private readonly later = new DueHeap<() => void>();
  private immediate: NodeJS.Immediate | undefined;
  private timer: NodeJS.Timeout | undefined;
  private timerDue = Number.POSITIVE_INFINITY;
  private closed = false;
  private readonly settling = new Set<() => void>();

  after(ms: number, task: () => void): void {
    if (this.closed) return;
    if (ms <= 0) {
      this.soon.push(task);
      this.armImmediate();
    } else {
      this.later.push(performance.now() + ms, task);
      this.armTimer();
    }
  }

  /** Resolves when what is due now has run. */
  async settled(): Promise<void> {
    if (this.closed) return;
    await new Promise<void>((resolve) => {
      this.settling.add(resolve);
      this.after(0, () => {
        this.settling.delete(resolve);
        resolve();
      });
    });
  }

  close(): void {
    this.closed = true;
    for (const resolve of this.settling) resolve();
    this.soon = [];
    this.later.clear();
    clearImmediate(this.immediate);
    clearTimeout(this.timer);
  }

  private armImmediate(): void {
    this.immediate ??= setImmediate(() => {
      this.immediate = undefined;
      this.runSoon();
    });
  }

  private armTimer(): void {
    const due = this.later.nextDue;
    if (due === undefined || due >= this.timerDue) return;
    clearTimeout(this.timer);
    this.timerDue = due;
    this.timer = setTimeout(() => this.runDue(), Math.max(1, Math.ceil(due - performance.now())));
    this.timer.unref();
  }

  private runSoon(): void {
    const tasks = this.soon;
    this.soon = [];
    let done = 0;
    try {
      for (const task of tasks) {
        done += 1;
        task();
      }
    } finally {
      // A task that threw must not take the ones behind it along.
      if (done < tasks.length) this.soon = [...tasks.slice(done), ...this.soon];
      if (this.soon.length > 0 && !this.closed) this.armImmediate();
    }
  }

  /** Due tasks join the list of the next turn, so that the order stays one order. */
  private runDue(): void {
    this.timerDue = Number.POSITIVE_INFINITY;
    const now = performance.now();
    for (let count = 0; count < SLICE; count += 1) {
      const task = this.later.popDue(now);
      if (!task) break;
      this.soon.push(task);
    }
    if (this.soon.length > 0) this.armImmediate();
    this.armTimer();
  }
}

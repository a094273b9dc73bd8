import { setTimeout as pause } from 'node:timers/promises';
import { reached, type Progress } from './ledger.js';
import type { Fault, PlannedFault } from './plan.js';
import type { Restore } from './restore.js';
import type { Stage } from './stage.js';

/** What has happened, as far as it has. */
export interface Events {
  killsAtWork: number;
  killsAtStart: number;
  postgres: string[];
  redisRestarts: number;
  redisFlushes: number;
  /** When each flush was over, in milliseconds. */
  flushedAt: number[];
}

/** Makes the planned faults happen, each when its share of the messages has arrived. */
export class Director {
  readonly events: Events = {
    killsAtWork: 0,
    killsAtStart: 0,
    postgres: [],
    redisRestarts: 0,
    redisFlushes: 0,
    flushedAt: [],
  };
  /** Faults of one service or worker wait for each other; those of different ones may meet. */
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(
    private readonly stage: Stage,
    private readonly restore: Restore,
    private readonly expected: number,
    private readonly progress: Progress,
    private readonly tell: (text: string) => void,
  ) {}

  /** Resolves when all faults are over and everything runs again; rejects when the signal is aborted. */
  async perform(plan: readonly PlannedFault[], signal: AbortSignal): Promise<void> {
    for (const { at, laterMs, fault } of plan) {
      const arrived = await reached(this.progress, at * this.expected, signal);
      await pause(laterMs, undefined, { signal });
      if (fault.kind === 'restore') {
        // Of all of them: nothing else happens meanwhile.
        await Promise.all(this.underWay.values());
        await this.strike(fault, arrived, signal);
        this.begin('restore', () => this.restore.settle(signal));
      } else this.begin(targetOf(fault), () => this.strike(fault, arrived, signal));
    }
    await Promise.all(this.underWay.values());
    await Promise.all([...this.stage.workers, this.stage.api].map((kept) => kept.up()));
  }

  private begin(target: string, work: () => Promise<void>): void {
    const before = this.underWay.get(target) ?? Promise.resolve();
    const run = before.then(work);
    // The wait for all gets the error; until then it must not count as an unhandled rejection.
    run.catch(() => undefined);
    this.underWay.set(target, run);
  }

  private async strike(fault: Fault, arrived: number, signal: AbortSignal): Promise<void> {
    const { stage, events } = this;
    this.tell(`${String(arrived).padStart(6)} arrived: ${describe(fault)}`);
    switch (fault.kind) {
      case 'kill':
        return this.kill(fault);
      case 'postgres':
        await stage.postgres.goAway(fault.manner, fault.awayMs);
        events.postgres.push(fault.manner);
        return;
      case 'redis':
        await stage.redis?.goAway(fault.awayMs);
        events.redisRestarts += 1;
        return;
      case 'flush':
        await stage.redis?.flush();
        events.redisFlushes += 1;
        events.flushedAt.push(Date.now());
        return;
      case 'backup':
        return this.restore.backUp(fault.quiet, signal);
      case 'restore':
        return this.restore.putBack();
    }
  }

  private async kill({ worker, awayMs, again }: Extract<Fault, { kind: 'kill' }>): Promise<void> {
    const kept = this.stage.workers[worker];
    if (!kept) throw new Error(`There is no worker ${worker}.`);
    await kept.up();
    await kept.kill(awayMs);
    this.events.killsAtWork += 1;
    if (again === undefined) return;
    await kept.startedAgain();
    await pause(again);
    await kept.kill(0);
    this.events.killsAtStart += 1;
  }
}

function targetOf(fault: Fault): string {
  if (fault.kind === 'kill') return `worker ${fault.worker}`;
  return fault.kind === 'flush' ? 'redis' : fault.kind;
}

function describe(fault: Fault): string {
  switch (fault.kind) {
    case 'kill':
      return `worker ${fault.worker + 1} is killed${fault.again === undefined ? '' : ', and once more while it starts'}`;
    case 'postgres':
      return `PostgreSQL ${fault.manner === 'crash' ? 'crashes' : 'is restarted'} (${fault.awayMs} ms)`;
    case 'redis':
      return `Redis is killed and started again (${fault.awayMs} ms)`;
    case 'flush':
      return 'Redis is flushed';
    case 'backup':
      return `the database is backed up${fault.quiet ? ', and nothing new is asked for until it is put back' : ''}`;
    case 'restore':
      return 'everything is stopped, and started again on the backup';
  }
}

import type { RecordedStart, WatchedWork } from '../../queue/start-watch.js';
import type { StartRecords } from './start-records.js';
import type { Turn, Turns } from './core/turns.js';

interface StartDeps {
  id: string;
  work: WatchedWork;
  /** What was committed when it began. */
  progress: string;
  records: StartRecords;
  turns: Turns;
  turn: Turn;
}

/** How a suspect that runs alone is watched, in milliseconds. */
export interface TurnTiming {
  /** Between two looks whether it has got on. */
  lookEveryMs: number;
  /** After this long others run beside it, whatever it does: a job that hangs must not hold up the others for ever. */
  longestTurnMs: number;
}

/** One start of a job in this process. */
export class Start implements RecordedStart {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly deps: StartDeps) {}

  get signal(): AbortSignal {
    return this.deps.turn.signal;
  }

  /** It is a suspect and runs alone: until it gets on, ends, or has taken too long. */
  watchTurn({ lookEveryMs, longestTurnMs }: TurnTiming): void {
    const endsAt = performance.now() + longestTurnMs;
    this.timer = setInterval(() => void this.look(endsAt), lookEveryMs);
    this.timer.unref();
  }

  async ended(): Promise<void> {
    this.leave();
    await this.deps.records.forget(this.deps.work);
  }

  async handedBack(): Promise<void> {
    this.leave();
    await this.deps.records.remove(this.deps.id);
  }

  async threadDied(): Promise<{ deaths: number; givenUp: boolean }> {
    this.leave();
    return this.deps.records.threadDied(this.deps);
  }

  private leave(): void {
    clearInterval(this.timer);
    this.deps.turns.leave(this.deps.turn);
  }

  private async look(endsAt: number): Promise<void> {
    const { id, work, progress, records, turns, turn } = this.deps;
    const gotOn = await records.hasProgressed(work, progress);
    if (!gotOn && performance.now() < endsAt) return;
    if (!(await records.endTurn(id, gotOn ? work : undefined))) return;
    clearInterval(this.timer);
    turns.share(turn);
  }
}

const NEVER = new AbortController().signal;

/** Of work that has ended already: its handler will find nothing to do. */
export const unrecorded: RecordedStart = {
  signal: NEVER,
  ended: () => Promise.resolve(),
  handedBack: () => Promise.resolve(),
  threadDied: () => Promise.resolve({ deaths: 0, givenUp: false }),
};

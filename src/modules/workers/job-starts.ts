import type { Database, Tx } from '../../db/index.js';
import { errorMessage } from '../../lib/errors.js';
import { newId } from '../../lib/ids.js';
import type { Logger } from '../../lib/logger.js';
import type { Admission, StartWatch, WatchedWork } from '../../queue/start-watch.js';
import { judgeDeath, MOST_DEATHS } from './core/death.js';
import { Turns, type Turn } from './core/turns.js';
import {
  forgetDeaths,
  insertStart,
  isTurnTaken,
  lockJudgement,
  markDead,
  pastDeaths,
  removeOldDeaths,
  removeStartsOf,
  removeWork,
  startsOfDeadWorkers,
  type DeadStart,
} from './job-start.repository.js';
import { Start, unrecorded, type TurnTiming } from './recorded-start.js';
import { StartRecords, type ProgressReaders } from './start-records.js';

export interface StartTiming extends TurnTiming {
  /** Between two looks for processes that have died. */
  judgeEveryMs: number;
  /** A process without a heartbeat for so long counts as dead. */
  silentMs: number;
  /** After which a job that must wait asks again. */
  waitMs: number;
}

const defaultTiming: StartTiming = {
  judgeEveryMs: 5_000,
  silentMs: 20_000,
  waitMs: 1_000,
  lookEveryMs: 1_000,
  longestTurnMs: 15 * 60_000,
};

/** A work that was not begun again for so long is gone. */
const FORGET_DEATHS_DAYS = 30;

export interface JobStartsDeps {
  database: Database;
  /** Of this process; it stands in the register of workers already. */
  workerId: string;
  progress: ProgressReaders;
  logger: Logger;
  timing?: Partial<StartTiming>;
}

/**
 * The starts of the watched jobs, of all processes. When a process dies, what it was working on becomes suspect: it goes on
 * one at a time, alone in its process, until it commits something. A death counts for a job that was the only watched one
 * of its process; three without progress in between end it. See docs/decisions/0016.
 */
export class JobStarts implements StartWatch {
  private readonly timing: StartTiming;
  private readonly records: StartRecords;
  private readonly turns = new Turns();
  private readonly wait: Admission;
  private stopping = false;
  private timer: NodeJS.Timeout | undefined;
  private judging: Promise<void> | undefined;
  private judgedAt = -Infinity;
  /** Since when this process has heard of the others without a gap. */
  private listeningSince = 0;

  constructor(private readonly deps: JobStartsDeps) {
    this.timing = { ...defaultTiming, ...deps.timing };
    this.records = new StartRecords(deps);
    this.wait = { kind: 'wait', ms: this.timing.waitMs };
  }

  /** Judges what processes left behind that are known to be dead, and goes on doing so. */
  async start(): Promise<void> {
    await removeOldDeaths(this.deps.database.manager, FORGET_DEATHS_DAYS);
    await this.judge();
    this.timer = setInterval(() => this.tick(), this.timing.judgeEveryMs);
    this.timer.unref();
  }

  knows(job: string): boolean {
    return this.records.knows(job);
  }

  async begin(work: WatchedWork): Promise<Admission> {
    const { manager } = this.deps.database;
    if (this.stopping) return this.wait;
    const progress = await this.records.progressOf(manager, work);
    if (progress === undefined) {
      await this.records.forget(work);
      return { kind: 'started', start: unrecorded };
    }
    const { counted, suspect } = await pastDeaths(manager, work, progress);
    if (counted >= MOST_DEATHS) return { kind: 'given_up', deaths: counted };
    if (suspect && (await isTurnTaken(manager))) return this.wait;
    const turn = this.turns.enter(suspect, performance.now());
    return turn ? this.record(work, progress, suspect, turn) : this.wait;
  }

  async forget(work: WatchedWork): Promise<void> {
    await this.records.forget(work);
  }

  /** To be called before the process drains: from here on its end is no death of what it still works on. */
  async letGo(): Promise<void> {
    this.stopping = true;
    try {
      await removeStartsOf(this.deps.database.manager, this.deps.workerId);
    } catch (error) {
      this.deps.logger.warn({ error: errorMessage(error) }, 'the starts of a stopping process stay recorded');
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.judging;
    await this.letGo();
  }

  private async record(work: WatchedWork, progress: string, alone: boolean, turn: Turn): Promise<Admission> {
    const { database, workerId } = this.deps;
    const { records, turns } = this;
    const id = newId();
    const start = new Start({ id, work, progress, records, turns, turn });
    try {
      const recorded = await insertStart(database.manager, { id, work, workerId, progress, alone });
      if (recorded && !this.stopping) {
        if (alone) start.watchTurn(this.timing);
        return { kind: 'started', start };
      }
    } catch (error) {
      // The answer may have been lost, and the row be there.
      await start.handedBack();
      throw error;
    }
    await start.handedBack();
    return this.wait;
  }

  private tick(): void {
    this.judging ??= this.cleanUpAndJudge()
      .catch((error: unknown) => {
        const report = { error: errorMessage(error) };
        this.deps.logger.warn(report, 'what dead processes left behind cannot be judged now');
      })
      .finally(() => {
        this.judging = undefined;
      });
  }

  private async cleanUpAndJudge(): Promise<void> {
    await this.records.cleanUp();
    await this.judge();
  }

  /**
   * Who is silent counts as dead only while this process hears of the others: after an outage of the database everyone
   * was silent.
   */
  private async judge(): Promise<void> {
    const { database, workerId } = this.deps;
    const { judgeEveryMs, silentMs } = this.timing;
    const now = performance.now();
    if (now - this.judgedAt > 1.5 * judgeEveryMs) this.listeningSince = now;
    const listening = now - this.listeningSince >= silentMs;
    await database.transaction(async (tx) => {
      if (!(await lockJudgement(tx))) return;
      const dead = await startsOfDeadWorkers(tx, workerId, listening ? silentMs : undefined);
      for (const worker of new Set(dead.map(({ workerId: id }) => id))) {
        const starts = dead.filter((start) => start.workerId === worker);
        // What a newer version was working on is left to a process of that version.
        if (starts.every(({ job }) => this.records.knows(job))) await this.judgeProcess(tx, worker, starts);
      }
    });
    this.judgedAt = now;
  }

  private async judgeProcess(tx: Tx, worker: string, starts: readonly DeadStart[]): Promise<void> {
    const jobs: object[] = [];
    for (const start of starts) {
      const { id, job, tenantId, workId } = start;
      const work = { job, tenantId, id: workId };
      const now = await this.records.progressOf(tx, work);
      const verdict = judgeDeath(start.progress, now, starts.length);
      jobs.push({ job, id: workId, verdict });
      if (now === undefined) {
        await removeWork(tx, work);
        continue;
      }
      if (verdict === 'progressed') await forgetDeaths(tx, work);
      await markDead(tx, id, { progress: now, suspect: true, counted: verdict === 'counted' });
    }
    this.deps.logger.warn({ worker, jobs }, 'a process died at work; its jobs go on one at a time');
  }
}

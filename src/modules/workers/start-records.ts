import type { Database, Tx } from '../../db/index.js';
import { errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import type { WatchedWork } from '../../queue/start-watch.js';
import { judgeDeath, MOST_DEATHS } from './core/death.js';
import {
  endTurn,
  forgetDeaths,
  lockWork,
  markDead,
  pastDeaths,
  removeStart,
  removeWork,
} from './job-start.repository.js';

/**
 * How much of a work is committed, as a text that differs when more is; undefined when it has ended or is gone. Asks for
 * one row by its key.
 */
export type ProgressReader = (tx: Tx, tenantId: string, id: string) => Promise<string | undefined>;

/** By the names of the watched jobs. */
export type ProgressReaders = Readonly<Record<string, ProgressReader>>;

interface StartRecordsDeps {
  database: Database;
  progress: ProgressReaders;
  logger: Logger;
}

/** The records of starts. What cannot be removed at once is removed later: a start that stayed would look like a job at work. */
export class StartRecords {
  private leftovers: (() => Promise<void>)[] = [];

  constructor(private readonly deps: StartRecordsDeps) {}

  knows(job: string): boolean {
    return this.deps.progress[job] !== undefined;
  }

  progressOf(tx: Tx, { job, tenantId, id }: WatchedWork): Promise<string | undefined> {
    const read = this.deps.progress[job];
    if (!read) throw new Error(`Nothing tells how far the job ${job} is.`);
    return read(tx, tenantId, id);
  }

  /** False also when that cannot be found out now. */
  async hasProgressed(work: WatchedWork, since: string): Promise<boolean> {
    try {
      const now = await this.progressOf(this.deps.database.manager, work);
      return now !== undefined && now !== since;
    } catch (error) {
      this.warn(work, error, 'whether a job has got on cannot be found out now');
      return false;
    }
  }

  /** False when it has to be tried again. `gotOn`: its deaths are forgotten. */
  async endTurn(id: string, gotOn: WatchedWork | undefined): Promise<boolean> {
    try {
      await this.deps.database.transaction(async (tx) => {
        if (gotOn) {
          await lockWork(tx, gotOn);
          await forgetDeaths(tx, gotOn);
        }
        await endTurn(tx, id);
      });
      return true;
    } catch (error) {
      this.deps.logger.warn({ error: errorMessage(error) }, 'other jobs cannot join a suspect yet');
      return false;
    }
  }

  async forget(work: WatchedWork): Promise<void> {
    await this.orLater(work, () => removeWork(this.deps.database.manager, work));
  }

  async remove(id: string): Promise<void> {
    await this.orLater({ id }, () => removeStart(this.deps.database.manager, id));
  }

  /** Nothing else ran in that thread: no other job can have been the cause. */
  async threadDied(start: {
    id: string;
    work: WatchedWork;
    progress: string;
  }): Promise<{ deaths: number; givenUp: boolean }> {
    const { id, work, progress } = start;
    try {
      return await this.deps.database.transaction(async (tx) => {
        await lockWork(tx, work);
        const now = await this.progressOf(tx, work);
        const verdict = judgeDeath(progress, now, 1);
        if (now === undefined || verdict !== 'counted') {
          await removeStart(tx, id);
          return { deaths: 0, givenUp: false };
        }
        await markDead(tx, id, { progress: now, suspect: false, counted: true });
        const { counted } = await pastDeaths(tx, work, now);
        return { deaths: counted, givenUp: counted >= MOST_DEATHS };
      });
    } catch (error) {
      await this.remove(id);
      throw error;
    }
  }

  /** Removes what could not be removed before. */
  async cleanUp(): Promise<void> {
    const left = this.leftovers;
    this.leftovers = [];
    for (const removal of left) await this.orLater({}, removal);
  }

  private async orLater(what: object, removal: () => Promise<void>): Promise<void> {
    try {
      await removal();
    } catch (error) {
      this.leftovers.push(removal);
      this.warn(what, error, 'the record of a start is removed later');
    }
  }

  private warn(what: object, error: unknown, message: string): void {
    this.deps.logger.warn({ ...what, error: errorMessage(error) }, message);
  }
}

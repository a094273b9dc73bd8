import { setTimeout as pause } from 'node:timers/promises';
import { retry } from '../src/lib/retry.js';
import { unavailableResource } from '../src/lib/transient-errors.js';
import { backupOf, putBack, takeBackup } from './backup.js';
import type { Operator } from './campaign.js';
import type { Gate } from './gate.js';
import { query } from './postgres.js';
import type { ProcessEnd, Stage } from './stage.js';
import { readDeliveries } from './truth.js';
import { keyOf, type DeliveryRow } from './verdict.js';
import { lostTexts, readHeard, type LostTexts, type PlannedWriter } from './writers.js';

/** What came of putting the backup back. */
export interface Restored {
  /** The moment of the backup. */
  takenAt: Date;
  /** The processes had ended, and what they then start on is the backup. */
  replacedAt: Date;
  /** The product had found out whether anything can be missing. */
  settledAt: Date;
  /**
   * Undefined when the campaign went on by itself. Otherwise the user was told, on resuming it, that up to so many may get a
   * message twice; that is undefined when the answer was lost.
   */
  held: { mayRepeat: number | undefined } | undefined;
  campaign: string;
  /** The campaign, and the requests that the backup knows. */
  known: ReadonlySet<string>;
  /** Deliveries that were lost with the database, as they stood when it was replaced. */
  lost: DeliveryRow[];
  /** What people wrote meanwhile and the lost database had stored, by their numbers. */
  writers: ReadonlyMap<string, LostTexts>;
  /** How the processes ended when they were asked to. */
  ends: ProcessEnd[];
}

const RETRY = { backoff: { baseMs: 200, maxMs: 1_000 } };
const LOOK_EVERY_MS = 100;

/** The operator who makes a backup while the campaign runs, and has to put it back. */
export class Restore {
  result: Restored | undefined;
  private takenAt: Date | undefined;

  constructor(
    private readonly stage: Stage,
    private readonly user: {
      operator: Operator;
      campaign: string;
      gate: Gate;
      writers: readonly Pick<PlannedWriter, 'from'>[];
    },
  ) {}

  /** Tried again while PostgreSQL is away. `quiet`: see the plan. */
  async backUp(quiet: boolean, signal: AbortSignal): Promise<void> {
    if (quiet) await this.user.gate.close();
    this.takenAt = await whenThere(() => takeBackup(this.stage.postgres.url), signal);
  }

  /** Resolves when everything runs again. */
  async putBack(): Promise<void> {
    const { stage, takenAt } = this;
    if (!takenAt) throw new Error('There is no backup.');
    const { url } = stage.postgres;
    const all = [stage.api, ...stage.workers];
    await Promise.all(all.map((kept) => kept.up()));
    const ends = await stage.stop(all);
    const [backedUp, lastSeen] = await Promise.all([readDeliveries(backupOf(url)), readDeliveries(url)]);
    const { writers } = this.user;
    const written = lostTexts(await readHeard(url, writers), await readHeard(backupOf(url), writers));
    const isKnown = new Set(backedUp.map(keyOf));
    await putBack(url);
    const replacedAt = new Date();
    for (const kept of all) kept.startAgain();
    this.user.gate.open();
    this.result = {
      takenAt,
      replacedAt,
      settledAt: replacedAt,
      held: undefined,
      campaign: this.user.campaign,
      known: new Set(backedUp.map(({ source }) => source)),
      lost: lastSeen.filter((delivery) => !isKnown.has(keyOf(delivery))),
      writers: written,
      ends,
    };
    await Promise.all(all.map((kept) => kept.up()));
  }

  /** Resolves when the campaign goes on: by itself, or because the user has resumed it. */
  async settle(signal: AbortSignal): Promise<void> {
    const { result } = this;
    if (!result) throw new Error('Nothing was put back.');
    const state = await this.stateAfter(result.replacedAt, signal);
    result.settledAt = new Date();
    if (state !== 'held') return;
    const { operator, campaign } = this.user;
    result.held = { mayRepeat: await operator.resume(campaign, signal) };
  }

  private async stateAfter(replacedAt: Date, signal: AbortSignal): Promise<string> {
    for (;;) {
      const [row] = await query<{ state: string }>(
        this.stage.postgres.url,
        `SELECT state FROM installation WHERE restored_at >= $1 AND state <> 'restored'`,
        [replacedAt],
      ).catch((error: unknown) => {
        if (unavailableResource(error) === undefined) throw error;
        return [];
      });
      if (row) return row.state;
      await pause(LOOK_EVERY_MS, undefined, { signal });
    }
  }
}

function whenThere<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  return retry(work, {
    ...RETRY,
    mayRetry: (error) => unavailableResource(error) !== undefined && !signal.aborted,
  });
}

import type { Database, Tx } from '../../db/index.js';
import { Batcher } from '../../lib/batcher.js';
import type { Clock } from '../../lib/clock.js';
import type { Logger } from '../../lib/logger.js';
import type { RightOfWay } from '../../lib/right-of-way.js';
import { writeEvents } from '../events/index.js';
import { restrictedEvent, standingEvents } from './core/told.js';
import { afterIdleTime, afterResult, type SendResult } from './core/health.js';
import { lockHealth, lockRecovering, writeHealth } from './health.repository.js';
import { foldTotals, noteResults } from './totals.repository.js';
import { limitSlots, lockSlots } from './slot-row.js';

export interface RecordedResult {
  senderId: string;
  result: SendResult;
  code?: string;
  /** Until then the account may answer but not start conversations. */
  restrictedUntil?: Date;
  /** The network wants no message from this sender before. */
  notBefore?: Date;
}

interface PausedSender {
  senderId: string;
  tenantId: string;
  code: string | undefined;
}

/** Longer than for other writes: these lock the rows that reservations want. */
const COALESCING = { maxItems: 1_000, maxDelayMs: 20 };
const RECOVERY_BATCH = 500;

export interface HealthRecorderDeps {
  database: Database;
  clock: Clock;
  logger: Logger;
  /** What answers take from all else that this process does. */
  rightOfWay?: RightOfWay;
}

/** Writes what sends did to their senders' health: concurrent calls of a process share one transaction. */
export class HealthRecorder {
  private readonly results: Batcher<RecordedResult[], string[]>;
  /** The parts of an answer that follow do not wait behind a campaign's results. */
  private readonly ofAnswers: Batcher<RecordedResult[], string[]>;

  constructor(private readonly deps: HealthRecorderDeps) {
    const write = (batch: RecordedResult[][]) => this.writeResults(batch);
    this.results = new Batcher(write, { ...COALESCING, givesWayTo: deps.rightOfWay });
    this.ofAnswers = new Batcher(write, COALESCING);
  }

  async record(
    results: RecordedResult[],
    { isAnswer = false }: { isAnswer?: boolean } = {},
  ): Promise<{ pausedSenderIds: string[] }> {
    if (results.length === 0) return { pausedSenderIds: [] };
    return { pausedSenderIds: await (isAnswer ? this.ofAnswers : this.results).add(results) };
  }

  async recoverIdle(): Promise<void> {
    for (let locked = RECOVERY_BATCH; locked === RECOVERY_BATCH;) {
      locked = await this.deps.database.transaction((tx) => this.recoverSome(tx));
    }
  }

  /** Adds up what results have noted. */
  async foldTotals(): Promise<void> {
    while (await foldTotals(this.deps.database.manager));
  }

  private async recoverSome(tx: Tx): Promise<number> {
    const now = this.deps.clock.now();
    const records = await lockRecovering(tx, now, RECOVERY_BATCH);
    const recovered = records.map((record) => ({
      before: record,
      after: { ...record, ...afterIdleTime(record, now) },
    }));
    await writeHealth(
      tx,
      recovered.map(({ after }) => after),
    );
    await writeEvents(
      tx,
      recovered.flatMap(({ before, after }) => standingEvents(before, before, after)),
    );
    return records.length;
  }

  private async writeResults(batch: RecordedResult[][]): Promise<string[][]> {
    const paused = await this.deps.database.transaction((tx) => this.foldResults(tx, batch.flat()));
    // After the commit, so that no alert is logged for a pause that was rolled back.
    for (const sender of paused) {
      this.deps.logger.error(
        { alert: 'sender.paused', ...sender },
        'A sender was paused after ten failures in a row; find the cause, then resume it.',
      );
    }
    const pausedIds = new Set(paused.map(({ senderId }) => senderId));
    return batch.map((results) => {
      const senderIds = new Set(results.map(({ senderId }) => senderId));
      return [...senderIds].filter((id) => pausedIds.has(id));
    });
  }

  /** Returns the senders that these results paused. */
  private async foldResults(tx: Tx, results: RecordedResult[]): Promise<PausedSender[]> {
    const now = this.deps.clock.now();
    await noteResults(tx, results);
    const sendersOf = (result: SendResult): string[] => [
      ...new Set(results.filter((one) => one.result === result).map(({ senderId }) => senderId)),
    ];
    const before = await lockHealth(tx, { changed: sendersOf('failure'), succeeded: sendersOf('success') });
    const limits = results.filter(({ restrictedUntil, notBefore }) => restrictedUntil ?? notBefore);
    // All at once and in order: those whose health changes are locked by what follows `senders`, too.
    if (limits.length > 0) await lockSlots(tx, [...new Set(results.map(({ senderId }) => senderId))]);
    const records = new Map(before.map((record) => [record.id, record]));
    for (const { senderId, result } of results) {
      const record = records.get(senderId);
      if (record) records.set(senderId, afterResult(record, result, now));
    }
    await writeHealth(
      tx,
      before.flatMap((record) => {
        const after = records.get(record.id);
        return after && after !== record ? [after] : [];
      }),
    );
    const restricted = await limitSlots(tx, limits, now);
    const told = before.flatMap((record) =>
      standingEvents(record, record, records.get(record.id) ?? record, lastFailureCode(results, record.id)),
    );
    await writeEvents(tx, [...told, ...restricted.map(restrictedEvent)]);
    return before
      .filter((record) => !record.pausedAt && records.get(record.id)?.pausedAt)
      .map(({ id, tenantId }) => ({ senderId: id, tenantId, code: lastFailureCode(results, id) }));
  }
}

function lastFailureCode(results: RecordedResult[], senderId: string): string | undefined {
  return results.findLast((result) => result.senderId === senderId && result.result === 'failure')?.code;
}

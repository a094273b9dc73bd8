import type { Database, Tx } from '../../db/index.js';
import {
  eventsAfter,
  lockPosition,
  numberEvents,
  savePosition,
  type NumberedEvent,
} from './event.repository.js';
import { appendToLog } from './log.repository.js';

/** Events in one transaction. */
const BATCH = 1_000;

/** What a reader does with events, in the transaction in which its position moves: each of them once. */
export type TakeEvents = (tx: Tx, events: readonly NumberedEvent[]) => Promise<void>;

/**
 * Hands committed events on in one order. Numbering comes after the commit, so a reader never passes an event whose
 * transaction is still under way. Any number of processes may do this at once.
 */
export class EventOutbox {
  constructor(private readonly database: Database) {}

  /** Numbers what has committed and copies it to the logs, until there is no more or the signal says so. */
  async publish(signal: AbortSignal): Promise<void> {
    await this.inBatches(signal, (tx) => this.number(tx));
    await this.read('log', appendToLog, signal);
  }

  /** Lets a reader go on from where it was; returns how many events it took. */
  read(reader: 'log', take: TakeEvents, signal: AbortSignal): Promise<number> {
    return this.inBatches(signal, async (tx) => {
      const events = await eventsAfter(tx, await lockPosition(tx, reader), BATCH);
      const last = events.at(-1);
      if (!last) return 0;
      await take(tx, events);
      await savePosition(tx, reader, last.position);
      return events.length;
    });
  }

  private async number(tx: Tx): Promise<number> {
    const last = await lockPosition(tx, 'numbering');
    const count = await numberEvents(tx, last, BATCH);
    if (count > 0) await savePosition(tx, 'numbering', last + count);
    return count;
  }

  private async inBatches(signal: AbortSignal, one: (tx: Tx) => Promise<number>): Promise<number> {
    let done = 0;
    while (!signal.aborted) {
      const count = await this.database.transaction(one);
      done += count;
      if (count < BATCH) break;
    }
    return done;
  }
}

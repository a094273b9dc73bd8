import type { Database } from '../../../db/index.js';
import type { Clock } from '../../../lib/clock.js';
import { errorMessage } from '../../../lib/errors.js';
import { inHalves } from '../../../lib/in-halves.js';
import type { Logger } from '../../../lib/logger.js';
import { unavailableResource } from '../../../lib/transient-errors.js';
import { byPerson } from '../core/by-person.js';
import type { InboundPeople } from '../people.js';
import { takePlain } from './plain-messages.js';
import { obeyParkedStop, takeSingle } from './single-event.js';
import { noteFailure, readWaiting, type Waiting } from './waiting.repository.js';

export interface InboundWorkDeps {
  database: Database;
  people: InboundPeople;
  clock: Clock;
  logger: Logger;
  /** How long an event rests after its first failure, in milliseconds; twice as long after each further one. 1,000 unless given. */
  restMs?: number;
}

/** Then events whose transactions came late, behind others, are looked for again. */
const ROUNDS = 16;
/** Events that are looked at together. */
const WINDOW = 1_000;
/** The most plain messages of one transaction. */
const BATCH = 500;
/** The most transactions at a time; each has a connection. */
const AT_ONCE = 4;
/** Then an event is parked: it waits for a person, and what follows of its sender goes on. */
const MOST_FAILURES = 5;
/** The same where others are to blame: they come to an end. */
const MOST_CONTENDED = 100;
const REST_MS = 1_000;
const MAX_ERROR = 200;

/**
 * Works off what sessions heard: each event once, in order per person, many people at a time, beside other workers. What a
 * worker left behind is whatever waits; no other record of work exists.
 */
export class InboundWork {
  constructor(private readonly deps: InboundWorkDeps) {}

  /** Until nothing is left that may be worked off now, or `signal` aborts. Rejects when the database is away. */
  async workOff(signal?: AbortSignal): Promise<void> {
    let from = '0';
    const isOver = (): boolean => signal?.aborted === true;
    for (let round = 1; !isOver(); round += 1) {
      const { first, done } = await this.round(from, signal);
      if (done === 0 && from === '0') return;
      // Index entries of what was worked off a moment ago are passed over once, and not in every round.
      from = done === 0 || first === undefined || round % ROUNDS === 0 ? '0' : first;
    }
  }

  /** Says how many events it looked at, and which is the oldest; one that failed rests, and is not among those of the next round. */
  private async round(
    from: string,
    signal?: AbortSignal,
  ): Promise<{ first: string | undefined; done: number }> {
    const { database } = this.deps;
    const waiting = await readWaiting(database.manager, from, WINDOW);
    const people = byPerson(waiting).filter(([first]) => first?.resting === false);
    const [plain, single] = split(people);
    let done = await this.plain(plain);
    const isOver = (): boolean => signal?.aborted === true;
    for (let next = 0; next < single.length && !isOver(); next += AT_ONCE) {
      const some = single.slice(next, next + AT_ONCE);
      const ends = await Promise.all(some.map((event) => this.single(event)));
      done += ends.reduce((sum, count) => sum + count, 0);
    }
    return { first: waiting[0]?.id, done };
  }

  /** Together; what throws, apart: a person whose message cannot be stored delays nobody else. */
  private async plain(people: readonly Waiting[][]): Promise<number> {
    let done = 0;
    const failed = await inHalves(people, async (some) => {
      done += await this.deps.database.transaction((tx) => takePlain(tx, some, BATCH));
    });
    for (const { item } of failed) {
      const [first] = item;
      if (first) done += await this.single(first);
    }
    return done;
  }

  private async single({ id, tenantId }: Waiting): Promise<number> {
    const { database, people, logger } = this.deps;
    try {
      return (await database.transaction((tx) => takeSingle(tx, people, id))) ? 1 : 0;
    } catch (error) {
      if (unavailableResource(error) !== undefined) throw error;
      const report = { tenantId, eventId: id, error: errorMessage(error).slice(0, MAX_ERROR) };
      const parked = await noteFailure(database.manager, id, {
        error: report.error,
        restMs: this.deps.restMs ?? REST_MS,
        most: isContention(error) ? MOST_CONTENDED : MOST_FAILURES,
      });
      if (!parked) logger.warn(report, 'what came in could not be worked off; it is tried again');
      else {
        logger.error({ alert: 'inbound.parked', ...report }, 'what came in was parked: it failed too often');
        await this.obeyParked(id);
      }
      return 1;
    }
  }

  /** A STOP that cannot be stored binds all the same; until it does, nothing is claimed for the person. */
  private async obeyParked(id: string): Promise<void> {
    const { database, people, logger } = this.deps;
    try {
      await database.transaction((tx) => obeyParkedStop(tx, people, id));
    } catch (error) {
      if (unavailableResource(error) !== undefined) throw error;
      const report = { alert: 'inbound.parked', eventId: id, error: errorMessage(error).slice(0, MAX_ERROR) };
      logger.error(report, 'a STOP could not be obeyed: nothing is sent to its person');
    }
  }
}

/** A deadlock, a lock or a statement that took too long: it may go through the next time. */
function isContention(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === '40P01' || code === '40001' || code === '55P03' || code === '57014';
}

/** Who begins with plain messages of one contact that is known, as far as those go; of all others the first event. */
function split(people: readonly Waiting[][]): [Waiting[][], Waiting[]] {
  const plain: Waiting[][] = [];
  const single: Waiting[] = [];
  for (const events of people) {
    const [first] = events;
    const end = events.findIndex((event) => !isPlain(event));
    if (end === 0 && first) single.push(first);
    else plain.push(end < 0 ? events : events.slice(0, end));
  }
  return [plain, single];
}

/** Nothing is to be found out, or made, before it is stored. */
function isPlain({ plain, contactIds }: Waiting): boolean {
  return plain && !contactIds.includes(null) && new Set(contactIds).size === 1;
}

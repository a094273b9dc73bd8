import type { Database } from '../../../db/index.js';
import type { Clock } from '../../../lib/clock.js';
import { errorMessage } from '../../../lib/errors.js';
import { inHalves } from '../../../lib/in-halves.js';
import type { Logger } from '../../../lib/logger.js';
import { codeOf, STATEMENT_CANCELLED, unavailableResource } from '../../../lib/transient-errors.js';
import { byPerson } from '../core/by-person.js';
import type { InboundPeople } from '../people.js';
import { takePlain } from './plain-messages.js';
import { obeyParkedStop, takeSingle } from './single-event.js';
import { noteFailure, parkedStops, readWaiting, type Waiting } from './waiting.repository.js';

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
/** Events that are looked at together: as a rule, and where most of them have to wait. */
const WINDOW = 1_000;
const MAX_WINDOW = 64_000;
/** About as many plain messages have one transaction. */
const BATCH = 500;
/** The most messages of one person in a round, so that one who writes a thousand does not keep others waiting: plain ones, others. */
const MOST_PLAIN = 100;
const MOST_SINGLE = 20;
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
    let [from, window] = ['0', WINDOW];
    const isOver = (): boolean => signal?.aborted === true;
    for (let round = 1; !isOver(); round += 1) {
      const { first, read, tried, done } = await this.round(from, window, signal);
      const grows = read === window && tried < window / 4 && window < MAX_WINDOW;
      // A few people who have to wait, or who wrote most of it, would hide all others.
      if (grows) window *= 4;
      else if (done === 0 && from === '0') return;
      // Index entries of what was worked off a moment ago are passed over once, and not in every round.
      from = done === 0 || first === undefined || round % ROUNDS === 0 ? '0' : first;
    }
  }

  /** STOPs that were parked and could not be obeyed at that time, such as because their contact was locked; a bounded piece. */
  async obeyParked(signal: AbortSignal): Promise<void> {
    for (const id of await parkedStops(this.deps.database.manager, BATCH)) {
      if (signal.aborted) return;
      await this.obey(id);
    }
  }

  /** One that failed rests: it, and what its person wrote after it, is not among those that are tried. */
  private async round(from: string, window: number, signal?: AbortSignal): Promise<Round> {
    const waiting = await readWaiting(this.deps.database.manager, from, window);
    const people = byPerson(waiting).filter(([first]) => first?.resting === false);
    const [plain, single] = split(people);
    const isOver = (): boolean => signal?.aborted === true;
    let done = await this.plain(plain, isOver);
    for (let next = 0; next < single.length && !isOver(); next += AT_ONCE) {
      const some = single.slice(next, next + AT_ONCE);
      const ends = await Promise.all(some.map((events) => this.oneByOne(events, isOver)));
      done += ends.reduce((sum, count) => sum + count, 0);
    }
    const tried = [...plain, ...single].reduce((sum, events) => sum + events.length, 0);
    return { first: waiting[0]?.id, read: waiting.length, tried, done };
  }

  /** Together; what throws, apart: a person whose message cannot be stored delays nobody else. */
  private async plain(people: readonly Waiting[][], isOver: () => boolean): Promise<number> {
    let done = 0;
    const take = async (some: readonly Waiting[][]): Promise<void> => {
      if (isOver()) return;
      done += await this.deps.database.transaction((tx) => takePlain(tx, some));
    };
    for (const batch of batches(people, BATCH)) {
      const failed = await inHalves(batch, take, isOfAll);
      for (const { item } of failed) done += await this.oneByOne(item.slice(0, 1), isOver);
    }
    return done;
  }

  /** Events of one person, up to the first that another worker has, or that fails. Returns how many it had to do with. */
  private async oneByOne(events: readonly Waiting[], isOver: () => boolean): Promise<number> {
    for (const [index, event] of events.entries()) {
      if (isOver()) return index;
      const end = await this.single(event);
      if (end !== 'taken') return end === 'failed' ? index + 1 : index;
    }
    return events.length;
  }

  private async single({ id, tenantId }: Waiting): Promise<'taken' | 'not ours' | 'failed'> {
    const { database, people, logger } = this.deps;
    try {
      return (await database.transaction((tx) => takeSingle(tx, people, id))) ? 'taken' : 'not ours';
    } catch (error) {
      if (isOfAll(error)) throw error;
      const report = { tenantId, eventId: id, error: errorMessage(error).slice(0, MAX_ERROR) };
      const parked = await noteFailure(database.manager, id, {
        error: report.error,
        restMs: this.deps.restMs ?? REST_MS,
        most: isContention(error) ? MOST_CONTENDED : MOST_FAILURES,
      });
      if (!parked) logger.warn(report, 'what came in could not be worked off; it is tried again');
      else {
        logger.error({ alert: 'inbound.parked', ...report }, 'what came in was parked: it failed too often');
        await this.obey(id);
      }
      return 'failed';
    }
  }

  /** A STOP that cannot be stored binds all the same; until it does, nothing is claimed for the person. */
  private async obey(id: string): Promise<void> {
    const { database, people, logger } = this.deps;
    try {
      await database.transaction((tx) => obeyParkedStop(tx, people, id));
    } catch (error) {
      if (isOfAll(error)) throw error;
      const report = { alert: 'inbound.parked', eventId: id, error: errorMessage(error).slice(0, MAX_ERROR) };
      logger.error(report, 'a STOP could not be obeyed: nothing is sent to its person until it is');
    }
  }
}

interface Round {
  /** The oldest event that was looked at. */
  first: string | undefined;
  /** Events that were looked at, that were to be worked off, and that were or failed. */
  read: number;
  tried: number;
  done: number;
}

/** The database is away, or its disk is full. A lock that somebody holds concerns those whose rows it is on. */
function isOfAll(error: unknown): boolean {
  const unavailable = unavailableResource(error);
  return unavailable !== undefined && unavailable !== 'lock';
}

/** A deadlock, a lock or a statement that took too long: it may go through the next time. */
function isContention(error: unknown): boolean {
  return unavailableResource(error) === 'lock' || codeOf(error) === STATEMENT_CANCELLED;
}

/** The lists in their order, so many together that they have about that many events. */
function batches(people: readonly Waiting[][], size: number): Waiting[][][] {
  const all: Waiting[][][] = [];
  let room = 0;
  for (const events of people) {
    if (room <= 0) {
      all.push([]);
      room = size;
    }
    all.at(-1)?.push(events);
    room -= events.length;
  }
  return all;
}

/** Who begins with plain messages of one contact that is known, as far as those go; of all others the events from the first on. */
function split(people: readonly Waiting[][]): [Waiting[][], Waiting[][]] {
  const plain: Waiting[][] = [];
  const single: Waiting[][] = [];
  for (const events of people) {
    const end = events.findIndex((event) => !isPlain(event));
    if (end === 0) single.push(untilResting(events).slice(0, MOST_SINGLE));
    else plain.push(events.slice(0, end < 0 ? MOST_PLAIN : Math.min(end, MOST_PLAIN)));
  }
  return [plain, single];
}

function untilResting(events: readonly Waiting[]): Waiting[] {
  const end = events.findIndex(({ resting }) => resting);
  return end < 0 ? [...events] : events.slice(0, end);
}

/** Nothing is to be found out, or made, before it is stored. */
function isPlain({ plain, contactIds }: Waiting): boolean {
  return plain && !contactIds.includes(null) && new Set(contactIds).size === 1;
}

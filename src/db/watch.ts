import pg from 'pg';
import { errorMessage } from '../lib/errors.js';
import type { Logger } from '../lib/logger.js';
import { DatabaseAway, watchedClient, type WatchedClient } from './watched-client.js';

/** How long a connection that was used before may take to answer, and then a new one from dialling to answer. */
const ANSWER_MS = 1_500;
const NEW_ANSWER_MS = 2_000;
const LOOK_EVERY_MS = 1_000;
const LOOK_WHILE_AWAY_MS = 500;
const TICK_MS = 100;

/** Since when the database does not answer, and what was tried last. */
export interface Absence {
  since: Date;
  reason: string;
}

/**
 * Knows whether PostgreSQL answers, by asking it something small every second. A statement alone cannot tell a database
 * that works on it from one that will never answer; another one, over a connection of its own, can.
 *
 * While it does not answer, all connections are ended, so that waiting callers get an error instead of nothing, and new
 * ones are refused at once. Connections work again as soon as an answer comes.
 */
export class DatabaseWatch {
  /** For pools: connections that this watch can end. */
  readonly Client: new (config?: string | pg.ClientConfig) => pg.Client;
  private readonly connections = new Set<WatchedClient>();
  private absence: Absence | undefined;
  private probe: pg.Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly url: string,
    private readonly logger: Logger,
  ) {
    this.Client = watchedClient({
      opened: (client) => this.connections.add(client),
      ended: (client) => this.connections.delete(client),
      unavailable: () => (this.absence ? new DatabaseAway(this.absence.reason) : undefined),
    });
  }

  /** Undefined while the database answers. */
  get away(): Absence | undefined {
    return this.absence;
  }

  start(): void {
    this.lookSoon();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.dropProbe();
  }

  private lookSoon(): void {
    if (this.stopped) return;
    this.timer = setTimeout(
      () => void this.look().then(() => this.lookSoon()),
      this.absence ? LOOK_WHILE_AWAY_MS : LOOK_EVERY_MS,
    );
    this.timer.unref();
  }

  private async look(): Promise<void> {
    try {
      await this.ask();
      this.answered();
    } catch (error) {
      if (!this.stopped) this.silent(errorMessage(error));
    }
  }

  /** One connection may be lost without the database being gone; a new one that is not answered either settles it. */
  private async ask(): Promise<void> {
    if (this.probe) {
      try {
        await inTime(ANSWER_MS, this.probe.query('select 1'));
        return;
      } catch {
        this.dropProbe();
      }
    }
    try {
      await inTime(NEW_ANSWER_MS, this.open());
    } catch (error) {
      this.dropProbe();
      throw error;
    }
  }

  private async open(): Promise<void> {
    const probe = new pg.Client({ connectionString: this.url, application_name: 'starling-watch' });
    // An idle connection that is lost is noticed by the next question.
    probe.on('error', () => undefined);
    this.probe = probe;
    await probe.connect();
    await probe.query('select 1');
  }

  private dropProbe(): void {
    const { probe } = this;
    this.probe = undefined;
    // Destroys the socket instead of ending it: the server may not be there to take part.
    if (probe) cut(probe);
  }

  private answered(): void {
    if (!this.absence) return;
    const seconds = Math.round((Date.now() - this.absence.since.getTime()) / 1_000);
    this.absence = undefined;
    this.logger.warn({ seconds }, 'the database answers again; everything goes on by itself');
  }

  private silent(reason: string): void {
    if (!this.absence) {
      this.logger.error(
        { alert: 'database.away', reason, connections: this.connections.size },
        'the database does not answer; requests are refused and jobs wait until it does',
      );
    }
    this.absence = { since: this.absence?.since ?? new Date(), reason };
    for (const client of this.connections) cut(client);
  }
}

function cut(client: pg.Client): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } };
  connection.stream.destroy();
}

/**
 * Counts only time in which this process could have heard an answer: each tick reads its sockets, and however late one
 * comes, it counts as one. A process that was busy, or had no processor, does not blame the database.
 */
function inTime(ms: number, answer: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    let ticksLeft = ms / TICK_MS;
    const timer = setInterval(() => {
      ticksLeft -= 1;
      if (ticksLeft >= 0) return;
      clearInterval(timer);
      reject(new Error(`no answer within ${ms} ms`));
    }, TICK_MS);
    answer
      .then(
        () => resolve(),
        (error: unknown) => reject(error instanceof Error ? error : new Error(String(error))),
      )
      .finally(() => clearInterval(timer));
  });
}

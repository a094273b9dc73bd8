import { setTimeout as pause } from 'node:timers/promises';
import { DEFAULT_SCHEMA, runMigrations, type PgPool, type PgPoolClient, type PgQueryResult } from 'bullmq';
import pg from 'pg';
import { retry } from '../lib/retry.js';
import { codeOf, unavailableResource } from '../lib/transient-errors.js';
import type { ConnectionLog } from './connection-log.js';

/** Each of the eight workers keeps one connection for LISTEN; the rest do the queries of all of them. */
const POOL_SIZE = 18;
const CONNECT_TIMEOUT_MS = 5_000;
const REST_MS = 500;
/** Moving a job takes milliseconds, removing very many old ones some seconds. Nothing waits inside a statement. */
const STATEMENT_TIMEOUT_MS = 60_000;
/**
 * What BullMQ's own functions in the database refuse, such as a job that is in another state: results, not errors of
 * the connection.
 */
const BULLMQ_CODES = 'BM';
/** A server whose machine is gone is noticed half a minute later; TCP's own default is two hours. */
const KEEP_ALIVE_MS = 10_000;

/** PostgreSQL's code for a transaction that it ended because it and another one waited for each other. */
const DEADLOCK = '40P01';
/** The other one goes on at once; several in a row are no chance. */
const DEADLOCK_ATTEMPTS = 3;
const DEADLOCK_BACKOFF = { baseMs: 10, maxMs: 100 };

export type PgClient = new (config?: string | pg.ClientConfig) => pg.Client;

/**
 * The pool BullMQ is given. It exists at once and hands out connections only after BullMQ's tables are there and
 * up to date, trying again while the server is away: BullMQ remembers a failed first connection for ever.
 */
export class MigratedPool implements PgPool {
  readonly ready: Promise<void>;
  /** BullMQ reads here whether a lost LISTEN connection will be noticed. */
  readonly options = { keepAlive: true };
  private readonly pool: pg.Pool;
  private readonly broken = new WeakSet<object>();
  private ended = false;

  constructor(
    databaseUrl: string,
    private readonly errors: ConnectionLog,
    Client?: PgClient,
  ) {
    this.pool = new pg.Pool({
      ...(Client ? { Client } : {}),
      connectionString: databaseUrl,
      max: POOL_SIZE,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      idleTimeoutMillis: 30_000,
      ...this.options,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      application_name: 'starling-queue',
      options: `-c search_path=${DEFAULT_SCHEMA} -c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
    });
    this.pool.setMaxListeners(0);
    this.pool.on('error', (error) => errors.report(error));
    this.pool.on('connect', (client) => client.on('error', () => this.broken.add(client)));
    this.ready = this.untilItWorks(() => this.migrate());
    // A waiting caller sees the error; without one it must not end the process.
    this.ready.catch((error: unknown) => errors.report(error));
  }

  async connect(): Promise<PgPoolClient> {
    await this.ready;
    return this.untilItWorks(() => this.unbroken()) as Promise<PgPoolClient>;
  }

  /**
   * One of BullMQ's statements, each of which is a transaction of its own. Some lock several jobs in the order in which they
   * find them: who starts jobs whose rest is over, looks for stalled ones, or adds several under ids of their own. What lost
   * a deadlock is undone as a whole and asked again. BullMQ would not: a finished job would be left until it counts as
   * stalled, and a new one would be refused.
   */
  async query<Row>(text: string, params?: readonly unknown[]): Promise<PgQueryResult<Row>> {
    await this.ready;
    return retry(() => this.ask<Row>(text, params), {
      backoff: DEADLOCK_BACKOFF,
      attempts: DEADLOCK_ATTEMPTS,
      mayRetry: (error) => codeOf(error) === DEADLOCK,
      onRetry: (error) => this.errors.noteRetried(error),
    });
  }

  private async ask<Row>(text: string, params?: readonly unknown[]): Promise<PgQueryResult<Row>> {
    try {
      return await this.askOnce<Row>(text, params);
    } catch (error) {
      // BullMQ asks for the next job again at once, whatever a server that is away or full has answered.
      const code = codeOf(error);
      if (code !== DEADLOCK && !code?.startsWith(BULLMQ_CODES)) await pause(REST_MS);
      throw error;
    }
  }

  /**
   * On a connection that is kept when PostgreSQL refuses the statement. The pool's own `query` gives it up then, and a new one
   * costs a process and a log-in: where thousands of jobs had lost their locks, connecting was all that was done.
   */
  private async askOnce<Row>(text: string, params?: readonly unknown[]): Promise<PgQueryResult<Row>> {
    const client = await this.pool.connect();
    let isBroken = false;
    try {
      const { rows, rowCount } = await client.query(text, params as unknown[]);
      return { rows: rows as Row[], rowCount };
    } catch (error) {
      isBroken = codeOf(error) === undefined || unavailableResource(error) !== undefined;
      throw error;
    } finally {
      client.release(isBroken || this.broken.has(client));
    }
  }

  on(event: 'error' | 'connect', listener: (subject: never) => void): this {
    this.pool.on(event as 'error', listener as (subject: unknown) => void);
    return this;
  }

  removeAllListeners(event?: string): this {
    this.pool.removeAllListeners(event);
    return this;
  }

  async end(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    await this.pool.end();
  }

  /** BullMQ would listen for ever on a connection that broke before it was given. */
  private async unbroken(): Promise<pg.PoolClient> {
    const client = await this.pool.connect();
    if (!this.broken.has(client)) return client;
    client.release(true);
    throw new Error('A connection broke as it was made.');
  }

  /** Several processes may start at once: BullMQ's migrations hold an advisory lock. */
  private async migrate(): Promise<void> {
    const client = await this.pool.connect();
    try {
      await client.query('SET statement_timeout = 0');
      await runMigrations(client, DEFAULT_SCHEMA);
      // To what the connection began with.
      await client.query('RESET statement_timeout');
    } finally {
      client.release();
    }
  }

  private untilItWorks<Result>(work: () => Promise<Result>): Promise<Result> {
    const attempt = async (): Promise<Result> => {
      if (this.ended) throw new Error('The job queue is closed.');
      return work();
    };
    return retry(attempt, {
      backoff: { baseMs: REST_MS, maxMs: REST_MS },
      mayRetry: () => !this.ended,
      onRetry: (error) => this.errors.report(error),
    });
  }
}

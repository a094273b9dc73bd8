import { DataSource, type EntityManager, type EntitySchema, type MigrationInterface } from 'typeorm';
import { withFallback } from '../lib/time-out.js';
import type { ConnectionsByUse } from './connections.js';
import { Client } from './client.js';
import { driverWith, type PoolOfUse } from './pools.js';
import { uses, withUse, type Use, type UseOptions } from './use.js';
import type { DatabaseWatch } from './watch.js';

/** A running transaction (or the plain connection): what repositories take, so that the transaction is visible. */
export type Tx = EntityManager;

/** TypeORM's word for "a class": entity and migration lists are made of these. */
type Constructor<Instance> = new (...args: never[]) => Instance;

export interface DataSourceSettings {
  url: string;
  entities: (Constructor<object> | EntitySchema)[];
  migrations: Constructor<MigrationInterface>[];
  /** Connections for each use; one number for as many each. */
  connections: ConnectionsByUse | number;
  timeouts?: StatementTimeouts | undefined;
  /** Ends the connections when the database does not answer; without one, statements wait for as long as it takes. */
  watch?: DatabaseWatch;
}

/** Milliseconds until PostgreSQL ends a statement, by what it is for. */
export type StatementTimeouts = Readonly<Record<Use, number>>;

/**
 * A statement that takes longer is a mistake or an attack: it is ended, so that it does not work on for somebody who has
 * gone. A migration takes as long as it takes.
 */
export const defaultTimeouts: StatementTimeouts = {
  short: 5_000,
  request: 30_000,
  heavyRead: 15_000,
  heavyWrite: 300_000,
  job: 600_000,
  migration: 0,
};

/** For a connection, new or of the pool: a caller that waits longer gets an error. */
const CONNECT_TIMEOUT_MS = 5_000;

export function createDataSource(settings: DataSourceSettings): DataSource {
  return new DataSource({
    type: 'postgres',
    url: settings.url,
    entities: settings.entities as never[],
    migrations: settings.migrations as never[],
    migrationsTableName: 'migrations',
    synchronize: false,
    migrationsRun: false,
    logging: false,
    applicationName: 'starling',
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    extra: { Client: settings.watch?.Client ?? Client, ...KEEP_ALIVE },
    driver: driverWith(poolsOf(settings)),
  });
}

/**
 * How this program's statements are planned, whatever the server's defaults: they name rows by their keys, which costs
 * little more than reading in order on anything but a spinning disk, and are over before compiling them could pay.
 */
const PLANNING = 'SET random_page_cost = 1.1; SET jit = off';

/**
 * A row that another transaction locks for longer is not waited for: the request is refused, the job runs again later.
 */
const LOCK_TIMEOUT_MS = 5_000;

/**
 * A process whose machine or network is gone must not hold its locks for the two hours that TCP believes in it, nor
 * wait that long for a database whose machine is gone.
 */
const SERVER_KEEP_ALIVE =
  'SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3';
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 };

function poolsOf({ connections, timeouts = defaultTimeouts }: DataSourceSettings): Record<Use, PoolOfUse> {
  const poolOf = (use: Use): PoolOfUse => ({
    connections: typeof connections === 'number' ? connections : connections[use],
    settings: [
      PLANNING,
      SERVER_KEEP_ALIVE,
      // Of several processes that start at once, one migrates, and the others wait for it.
      `SET lock_timeout = ${use === 'migration' ? 0 : LOCK_TIMEOUT_MS}`,
      `SET statement_timeout = ${timeouts[use]}`,
    ].join('; '),
  });
  return Object.fromEntries(uses.map((use) => [use, poolOf(use)])) as Record<Use, PoolOfUse>;
}

const PING_MS = 2_000;

/** The one handle modules hold on PostgreSQL. */
export class Database {
  constructor(
    readonly dataSource: DataSource,
    private readonly watch?: DatabaseWatch,
  ) {}

  /** For single statements outside a transaction. */
  get manager(): Tx {
    return this.dataSource.manager;
  }

  transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return this.dataSource.transaction(work);
  }

  /** Runs `work`; what it asks is for this use: see `Use`. Without it, statements are those of a job. */
  using<Result>(options: UseOptions, work: () => Promise<Result>): Promise<Result> {
    return withUse(options, work);
  }

  /** Undefined when the database answers; otherwise the reason. Resolves within two seconds. */
  async unavailableReason(): Promise<string | undefined> {
    const { away } = this.watch ?? {};
    if (away) return `no answer since ${away.since.toISOString()}`;
    const answer = this.dataSource.query('select 1').then(
      () => undefined,
      () => 'it cannot be reached',
    );
    return withFallback(PING_MS, answer, () => `no answer within ${PING_MS} ms`);
  }
}

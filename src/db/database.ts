import { DataSource, type EntityManager, type EntitySchema, type MigrationInterface } from 'typeorm';
import { withFallback } from '../lib/time-out.js';
import type { DatabaseWatch } from './watch.js';

/** A running transaction (or the plain connection): what repositories take, so that the transaction is visible. */
export type Tx = EntityManager;

/** TypeORM's word for "a class": entity and migration lists are made of these. */
type Constructor<Instance> = new (...args: never[]) => Instance;

export interface DataSourceSettings {
  url: string;
  entities: (Constructor<object> | EntitySchema)[];
  migrations: Constructor<MigrationInterface>[];
  /** Connections this process may hold. */
  poolSize: number;
  /** Ends the connections when the database does not answer; without one, statements wait for as long as it takes. */
  watch?: DatabaseWatch;
}

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
    poolSize: settings.poolSize,
    applicationName: 'starling',
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    extra: { onConnect: settle, ...(settings.watch ? { Client: settings.watch.Client } : {}), ...KEEP_ALIVE },
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
export const LOCK_TIMEOUT = "SET lock_timeout = '5s'";

/**
 * A process whose machine or network is gone must not hold its locks for the two hours that TCP believes in it, nor
 * wait that long for a database whose machine is gone.
 */
const SERVER_KEEP_ALIVE =
  'SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3';
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 };

const SESSION_SETTINGS = [PLANNING, LOCK_TIMEOUT, SERVER_KEEP_ALIVE].join('; ');

async function settle(client: { query(text: string): Promise<unknown> }): Promise<void> {
  await client.query(SESSION_SETTINGS);
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

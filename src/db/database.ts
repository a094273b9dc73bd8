import { DataSource, type EntityManager, type EntitySchema, type MigrationInterface } from 'typeorm';

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
}

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
    connectTimeoutMS: 10_000,
    extra: { onConnect: settle },
  });
}

/**
 * How this program's statements are planned, whatever the server's defaults: they name rows by their keys, which costs
 * little more than reading in order on anything but a spinning disk, and are over before compiling them could pay.
 */
const SESSION_SETTINGS = 'SET random_page_cost = 1.1; SET jit = off';

async function settle(client: { query(text: string): Promise<unknown> }): Promise<void> {
  await client.query(SESSION_SETTINGS);
}

/** The one handle modules hold on PostgreSQL. */
export class Database {
  constructor(readonly dataSource: DataSource) {}

  /** For single statements outside a transaction. */
  get manager(): Tx {
    return this.dataSource.manager;
  }

  transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return this.dataSource.transaction(work);
  }

  async ping(): Promise<boolean> {
    try {
      await this.dataSource.query('select 1');
      return true;
    } catch {
      return false;
    }
  }
}

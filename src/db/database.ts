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
  });
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

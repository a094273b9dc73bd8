import { resolve } from 'node:path';
import type { Config } from '../config/index.js';
import {
  createDataSource,
  Database,
  DatabaseWatch,
  defaultTimeouts,
  divideConnections,
  type StatementTimeouts,
} from '../db/index.js';
import { startEmbeddedPostgres } from '../db/embedded/index.js';
import { applyMigrations } from '../db/migrate.js';
import { errorMessage } from '../lib/errors.js';
import type { Logger } from '../lib/logger.js';
import { jobCatalog } from '../jobs.js';
import { createQueue, type Queue } from '../queue/index.js';
import { entities, migrations } from '../schema.js';

/** What everything else stands on: PostgreSQL with the current schema, and the queue. */
export interface Infrastructure {
  database: Database;
  queue: Queue<typeof jobCatalog>;
  /** Ends the connections, and the embedded database last. */
  close(): Promise<void>;
}

export async function openInfrastructure(config: Config, logger: Logger): Promise<Infrastructure> {
  const dataDir = resolve(config.server.dataDir);
  const embedded = config.database.url ? undefined : await startEmbeddedPostgres({ dataDir, logger });
  const url = config.database.url ?? embedded?.url ?? '';
  const watch = new DatabaseWatch(url, logger);
  const { roles } = config.server;
  const connections = divideConnections(config.database.poolSize, {
    api: roles.includes('api'),
    worker: roles.includes('worker'),
  });
  const timeouts = timeoutsOf(config);
  const dataSource = createDataSource({ url, entities, migrations, connections, timeouts, watch });
  const undo: (() => Promise<void>)[] = [async () => embedded?.stop()];
  try {
    await dataSource.initialize().catch((error: unknown) => {
      // The driver names neither the setting nor, for a wrong password, the server. The URL itself holds a password.
      const message = `The database of DATABASE_URL cannot be opened: ${errorMessage(error)}.`;
      throw config.database.url ? new Error(message, { cause: error }) : error;
    });
    undo.push(() => dataSource.destroy());
    await applyMigrations(dataSource, logger, embedded?.folder);
    const queue = openQueue(config, url, watch, logger);
    undo.push(() => queue.close());
    watch.start();
    undo.push(async () => watch.stop());
    return { database: new Database(dataSource, watch), queue, close: () => undoAll(undo) };
  } catch (error) {
    await undoAll(undo);
    throw error;
  }
}

function timeoutsOf({ database }: Config): StatementTimeouts {
  return {
    ...defaultTimeouts,
    request: database.requestTimeoutSeconds * 1_000,
    heavyRead: database.readTimeoutSeconds * 1_000,
    heavyWrite: database.writeTimeoutSeconds * 1_000,
    job: database.jobTimeoutSeconds * 1_000,
  };
}

function openQueue(
  config: Config,
  databaseUrl: string,
  { Client }: DatabaseWatch,
  logger: Logger,
): Queue<typeof jobCatalog> {
  const redisUrl = config.queue.activeRedisUrl;
  return redisUrl
    ? createQueue({ backend: 'redis', redisUrl }, jobCatalog, logger)
    : createQueue({ backend: 'postgres', databaseUrl, Client }, jobCatalog, logger);
}

async function undoAll(steps: (() => Promise<void>)[]): Promise<void> {
  for (const step of steps.toReversed()) await step();
}

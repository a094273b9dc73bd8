import { accessSync, constants, mkdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import type { Logger } from '../../lib/logger.js';
import { provideBinaries } from './binaries.js';
import { ensureCluster, ROLE, type Cluster } from './cluster.js';
import { EmbeddedPostgresError } from './errors.js';
import { chooseOsUser } from './os-user.js';
import { acquireOwnerLock } from './owner-lock.js';
import { clusterFolder, placeCluster } from './placement.js';
import { shutDownOrphan, startPostmaster } from './postmaster.js';

/** For root only: a folder other OS users can reach, for what they cannot reach in a private checkout. */
const SHARED_FOLDER = '/var/lib/starling';
const DATABASE = 'starling';

export interface EmbeddedPostgresOptions {
  /** DATA_DIR: the cluster is kept in `postgres/` below it, password and log beside that. */
  dataDir: string;
  logger: Logger;
  /** Of the loopback interface, for a server that is started again where its clients look for it; a free one unless given. */
  port?: number;
  /** PostgreSQL settings on top of the built-in ones, by name. */
  settings?: Record<string, string>;
  /** Throws away what the database held and starts with an empty one: for the demo. */
  fresh?: boolean;
}

export interface EmbeddedPostgres {
  /** postgres:// URL with the password in it: not for logs. */
  url: string;
  /** Absolute path of the folder that holds the database. */
  folder: string;
  /** Fast shutdown, bounded to about 20 s; may be called more than once. */
  stop: () => Promise<void>;
}

/**
 * Starts a PostgreSQL server of our own: on a free loopback port, with a generated password, in UTF-8 and UTC.
 * Works as an ordinary user and as root, and after any kind of crash. The database ends with this process, also when
 * that is killed. Throws an EmbeddedPostgresError whose message is a sentence for the user.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { logger } = options;
  const dataDir = prepareDataDir(options.dataDir);
  const release = acquireOwnerLock(path.join(dataDir, 'postgres.lock'), dataDir);
  try {
    const user = chooseOsUser(clusterFolder(dataDir));
    const binaries = provideBinaries(user, SHARED_FOLDER, logger);
    const cluster: Cluster = { folder: placeCluster(dataDir, user, SHARED_FOLDER, logger), user, binaries };
    await shutDownOrphan(cluster.folder, logger);
    const password = ensureCluster(cluster, path.join(dataDir, 'postgres-password'));
    const logFile = path.join(dataDir, 'postgres.log');
    const postmaster = await startPostmaster(cluster, logFile, options, logger);
    const stop = async () => {
      await postmaster.stop();
      release();
    };
    try {
      const url = await ensureDatabase(postmaster.port, password, options.fresh ?? false);
      logger.info({ port: postmaster.port, path: cluster.folder }, 'embedded PostgreSQL is running');
      return { url, folder: cluster.folder, stop };
    } catch (error) {
      await stop();
      throw error;
    }
  } catch (error) {
    release();
    throw error;
  }
}

function prepareDataDir(dataDir: string): string {
  const folder = path.resolve(dataDir);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return realpathSync(folder);
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The data folder ${folder} cannot be created or written. Change its owner, or set DATA_DIR to another folder.`,
      { cause: error },
    );
  }
}

async function ensureDatabase(port: number, password: string, fresh: boolean): Promise<string> {
  const server = `postgres://${ROLE}:${password}@127.0.0.1:${port}`;
  const client = new pg.Client({ connectionString: `${server}/postgres` });
  try {
    await client.connect();
    if (fresh) await client.query(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EmbeddedPostgresError(`The embedded database started but refuses our connection: ${reason}.`, {
      cause: error,
    });
  } finally {
    await client.end();
  }
  return `${server}/${DATABASE}`;
}

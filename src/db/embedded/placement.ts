import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { Logger } from '../../lib/logger.js';
import { EmbeddedPostgresError, errorCode } from './errors.js';
import { runAs, type OsUser } from './os-user.js';

const NOTE = 'postgres-location.json';

/** Where the cluster of a data folder is, or would be: `DATA_DIR/postgres`, unless a note there says otherwise. */
export function clusterFolder(dataDir: string): string {
  const note = readNote(dataDir);
  if (note === undefined) return path.join(dataDir, 'postgres');
  if (existsSync(path.dirname(note))) return note;
  throw new EmbeddedPostgresError(
    `${path.join(dataDir, NOTE)} says that the database is in ${note}, but that folder is gone. ` +
      `Put it back, or delete the note to start with an empty database.`,
  );
}

/**
 * The folder the cluster lives in, reachable for the OS user PostgreSQL runs as. Folders of the user are never opened
 * up: when that user cannot get into DATA_DIR (a checkout in /root, say), the cluster moves to a private folder of
 * its own and a note in DATA_DIR says where.
 */
export function placeCluster(dataDir: string, user: OsUser, sharedFolder: string, logger: Logger): string {
  const folder = clusterFolder(dataDir);
  if (user.uid === undefined || folder !== path.join(dataDir, 'postgres')) return folder;
  if (existsSync(path.join(folder, 'PG_VERSION'))) {
    if (canEnter(folder, user)) return folder;
    throw new EmbeddedPostgresError(
      `The database folder ${folder} belongs to ${user.name}, who cannot get into it. ` +
        `Allow that OS user to enter the folders above it, or set DATA_DIR to another folder.`,
    );
  }
  if (canCreateIn(dataDir, user)) return folder;
  return relocate(dataDir, user, sharedFolder, logger);
}

function relocate(dataDir: string, user: OsUser, sharedFolder: string, logger: Logger): string {
  // Deleting DATA_DIR must mean a fresh start, therefore the random part.
  const key = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const home = path.join(sharedFolder, `${key}-${randomBytes(3).toString('hex')}`);
  mkdirSync(sharedFolder, { recursive: true, mode: 0o755 });
  mkdirSync(home, { mode: 0o700 });
  give(home, user);
  if (!canCreateIn(home, user)) {
    rmSync(home, { recursive: true, force: true });
    throw new EmbeddedPostgresError(
      `The OS user ${user.name}, who has to run PostgreSQL because root may not, can use neither ${dataDir} nor ` +
        `${sharedFolder}. Set DATA_DIR to a folder that user can reach, or set DATABASE_URL.`,
    );
  }
  const folder = path.join(home, 'postgres');
  const reason = `PostgreSQL does not run as root, and the OS user ${user.name} cannot get into ${dataDir}.`;
  writeFileSync(path.join(dataDir, NOTE), `${JSON.stringify({ path: folder, reason }, null, 2)}\n`);
  logger.warn({ dataDir, path: folder }, `${reason} The database is kept in ${folder} instead.`);
  return folder;
}

function readNote(dataDir: string): string | undefined {
  const file = path.join(dataDir, NOTE);
  try {
    const note: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof note === 'object' && note !== null && 'path' in note && typeof note.path === 'string') {
      return note.path;
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new EmbeddedPostgresError(`${file} is damaged: it should name the database folder under "path".`);
}

function canEnter(folder: string, user: OsUser): boolean {
  return (
    runAs(user, '/bin/sh', ['-c', 'test -r "$1" && test -w "$1" && test -x "$1"', 'sh', folder]).status === 0
  );
}

/** Tries it out: besides folder rights this covers file systems that do not know owners. */
function canCreateIn(folder: string, user: OsUser): boolean {
  const probe = mkdtempSync(path.join(folder, 'postgres.probe-'));
  try {
    give(probe, user);
    return runAs(user, '/bin/sh', ['-c', 'cd "$1" && : > probe', 'sh', probe]).status === 0;
  } catch (error) {
    if (errorCode(error) === 'EPERM') return false;
    throw error;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}

/** Makes a folder of ours private to the OS user PostgreSQL runs as. */
export function give(folder: string, user: OsUser): void {
  chmodSync(folder, 0o700);
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
}

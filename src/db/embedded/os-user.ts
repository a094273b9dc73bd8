import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { statSync } from 'node:fs';
import { EmbeddedPostgresError } from './errors.js';

/** The OS user PostgreSQL runs as. Without `uid`: the user of this process. */
export interface OsUser {
  name: string;
  uid?: number;
  gid?: number;
}

const CREATED_USER = 'starling';

/** PostgreSQL refuses to run as root, so root hands it to an ordinary OS user; other users run it themselves. */
export function chooseOsUser(clusterFolder: string): OsUser {
  if (process.getuid?.() !== 0) return { name: 'the current user' };
  return ownerOf(clusterFolder) ?? lookUp('postgres') ?? lookUp(CREATED_USER) ?? create(CREATED_USER);
}

/** Runs a command as that user and waits for it. The environment is minimal: no secret of ours reaches a child. */
export function runAs(
  user: OsUser,
  command: string,
  args: string[],
  options: { input?: string; cwd?: string } = {},
): SpawnSyncReturns<string> {
  return spawnSync(command, args, {
    encoding: 'utf8',
    cwd: options.cwd ?? '/',
    input: options.input ?? '',
    env: childEnvironment(),
    maxBuffer: 16 * 1024 * 1024,
    ...identity(user),
  });
}

export function identity(user: OsUser): { uid?: number; gid?: number } {
  return user.uid === undefined ? {} : { uid: user.uid, gid: user.gid };
}

/** `LC_ALL=C` keeps PostgreSQL's messages in the language this code looks for. */
export function childEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', ...extra };
}

/** A cluster made earlier keeps its owner, perhaps an ordinary user before the program was started with sudo. */
function ownerOf(folder: string): OsUser | undefined {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (!stats) return undefined;
  if (stats.uid === 0) {
    throw new EmbeddedPostgresError(
      `The database folder ${folder} belongs to root, and PostgreSQL does not run as root. ` +
        `Give it to an ordinary OS user (chown -R), or set DATA_DIR to another folder.`,
    );
  }
  return { name: `uid ${stats.uid}`, uid: stats.uid, gid: stats.gid };
}

function lookUp(name: string): OsUser | undefined {
  const [uid, gid] = [id('-u', name), id('-g', name)];
  return uid === undefined || gid === undefined ? undefined : { name, uid, gid };
}

function id(option: string, name: string): number | undefined {
  const result = spawnSync('id', [option, name], { encoding: 'utf8' });
  return result.status === 0 ? Number(result.stdout.trim()) : undefined;
}

function create(name: string): OsUser {
  const nologin = '/usr/sbin/nologin';
  const result = spawnSync(
    'useradd',
    ['--system', '--user-group', '--no-create-home', '--shell', nologin, name],
    {
      encoding: 'utf8',
    },
  );
  const user = lookUp(name);
  if (user) return user;
  const reason = result.error?.message ?? result.stderr.trim();
  throw new EmbeddedPostgresError(
    `PostgreSQL does not run as root, and the OS user "${name}" could not be created (${reason}). ` +
      `Create an OS user "postgres", start as an ordinary user, or set DATABASE_URL.`,
  );
}

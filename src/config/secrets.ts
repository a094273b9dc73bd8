import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { errorMessage } from '../lib/errors.js';
import { randomToken } from '../lib/random.js';
import type { Config } from './config.js';
import { SECRETS_FILE } from './load.js';

const SECRET_BYTES = 48;
/** Holding the lock takes milliseconds; an older one was left by a process that was killed. */
const STALE_LOCK_MS = 5_000;

const secrets = [
  { env: 'APP_SECRET', property: 'appSecret' },
  { env: 'JWT_SECRET', property: 'jwtSecret' },
] as const;

/**
 * Makes sure that `config.auth` has its secrets: those not set are generated and added to `file` (mode 0600, existing
 * content is kept), so that the next start finds them. Several processes may do this at once and get the same ones.
 * Returns the names of the variables that were generated.
 * @throws Error saying what to set by hand when the file cannot be written.
 */
export async function ensureSecrets(config: Config, file = SECRETS_FILE): Promise<string[]> {
  const missing = secrets.filter(({ property }) => config.auth[property] === undefined);
  if (missing.length === 0) return [];
  try {
    return await withLock(`${file}.lock`, () => addSecrets(config, file, missing));
  } catch (error) {
    const names = missing.map(({ env }) => env).join(' and ');
    throw new Error(`${file} cannot be written (${errorMessage(error)}). Set ${names} in the environment.`, {
      cause: error,
    });
  }
}

async function addSecrets(
  config: Config,
  file: string,
  missing: readonly (typeof secrets)[number][],
): Promise<string[]> {
  const content = await readIfThere(file);
  // Another process may have generated them since the configuration was read.
  const known = parseEnv(content);
  const generated: string[] = [];
  let added = '';
  for (const { env, property } of missing) {
    const secret = known[env] || randomToken(SECRET_BYTES);
    config.auth[property] = secret;
    if (known[env]) continue;
    generated.push(env);
    added += `${env}=${secret}\n`;
  }
  if (generated.length > 0) await replaceFile(file, `${content}${endsLine(content) ? '' : '\n'}${added}`);
  return generated;
}

function endsLine(content: string): boolean {
  return content === '' || content.endsWith('\n');
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Readers see the old content or the new one, never a part; no other OS user may read it at any moment. */
async function replaceFile(file: string, content: string): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  await rm(draft, { force: true });
  await writeFile(draft, content, { mode: 0o600, flag: 'wx' });
  await rename(draft, file);
}

async function withLock<Result>(lock: string, work: () => Promise<Result>): Promise<Result> {
  await mkdir(dirname(lock), { recursive: true });
  while (!(await acquired(lock))) await pause(20);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function acquired(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, '', { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const since = await stat(lock).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - since > STALE_LOCK_MS) await rm(lock, { force: true });
    return false;
  }
}

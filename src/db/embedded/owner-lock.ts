import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { EmbeddedPostgresError, errorCode } from './errors.js';
import { processStart } from './processes.js';

interface Owner {
  pid: number;
  start: string;
}

/**
 * Makes this process the only one that runs the database of a data folder; returns the function that lets go.
 * The file survives a kill -9, so what counts is not the file but whether the process written in it still lives.
 */
export function acquireOwnerLock(file: string, dataDir: string): () => void {
  const mine: Owner = { pid: process.pid, start: processStart(process.pid) ?? '' };
  const own = `${file}.${randomBytes(4).toString('hex')}`;
  writeFileSync(own, JSON.stringify(mine), { mode: 0o644 });
  try {
    while (!tryLink(own, file)) {
      const owner = read(file);
      if (owner && lives(owner)) throw taken(owner, dataDir);
      removeStale(file);
    }
  } finally {
    rmSync(own, { force: true });
  }
  return () => {
    const owner = read(file);
    if (owner?.pid === mine.pid && owner.start === mine.start) rmSync(file, { force: true });
  };
}

/** link(2) is atomic and never shows a half-written file, unlike creating and then writing. */
function tryLink(own: string, file: string): boolean {
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Two processes may find the same stale file. Each moves it aside first and looks again at what it moved: if that
 * turns out to be the fresh lock of the other one, it is put back.
 */
function removeStale(file: string): void {
  const aside = `${file}.stale-${randomBytes(4).toString('hex')}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  const moved = read(aside);
  if (moved && lives(moved)) tryLink(aside, file);
  rmSync(aside, { force: true });
}

function read(file: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('start' in value))
      return undefined;
    return { pid: Number(value.pid), start: String(value.start) };
  } catch (error) {
    if (error instanceof SyntaxError || errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function lives(owner: Owner): boolean {
  return processStart(owner.pid) === owner.start;
}

function taken(owner: Owner, dataDir: string): EmbeddedPostgresError {
  const who = owner.pid === process.pid ? 'this process' : `another Starling process (pid ${owner.pid})`;
  return new EmbeddedPostgresError(
    `The data folder ${dataDir} is in use by ${who}. Stop it first, or set DATA_DIR to another folder; ` +
      `to run several processes on one database, set DATABASE_URL.`,
  );
}

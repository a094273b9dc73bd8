import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { errorCode } from './errors.js';
import { commandLine, isAlive } from './processes.js';

/** What PostgreSQL writes into postmaster.pid; the lines are fixed by src/include/utils/pidfile.h. */
export interface PostmasterFile {
  pid: number;
  ready: boolean;
}

export function readPostmasterFile(folder: string): PostmasterFile | undefined {
  try {
    const lines = readFileSync(path.join(folder, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    return Number.isInteger(pid) && pid > 0 ? { pid, ready: lines[7]?.trim() === 'ready' } : undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Process ids are reused: before anything is ended it must be a postgres, and the one of this very folder. */
export function isPostmasterOf(pid: number, folder: string): boolean {
  if (!isAlive(pid)) return false;
  const [program, ...args] = commandLine(pid) ?? [];
  if (program === undefined || path.basename(program) !== 'postgres') return false;
  const dataFolder = args[args.indexOf('-D') + 1];
  return args.includes('-D') && dataFolder !== undefined && samePath(dataFolder, folder);
}

function samePath(left: string, right: string): boolean {
  try {
    return realpathSync(left) === realpathSync(right);
  } catch {
    return left === right;
  }
}

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { errorCode } from './errors.js';

/** True while a process with this id exists and is not a zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists, it only belongs to another user.
    if (errorCode(error) !== 'EPERM') return false;
  }
  return linuxStat(pid)?.state !== 'Z';
}

/**
 * When the process started, in a form that can only be compared for equality. Process ids are reused; the pair
 * of id and start is not. Undefined when there is no such process.
 */
export function processStart(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  const stat = linuxStat(pid);
  if (stat) return `${bootId()}:${stat.startTicks}`;
  return ps(pid, 'lstart=');
}

/** The arguments the process was started with; undefined when there is no such process. */
export function commandLine(pid: number): string[] | undefined {
  try {
    const raw = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return raw.split('\0').filter((argument) => argument !== '');
  } catch {
    return ps(pid, 'args=')?.split(/\s+/);
  }
}

/** Field 3 (state) and field 22 (start, in clock ticks since boot) of /proc/<pid>/stat, see proc(5). */
function linuxStat(pid: number): { state: string; startTicks: string } | undefined {
  let raw: string;
  try {
    raw = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The command name (field 2) may hold spaces and parentheses; everything after the last ')' is plain.
  const fields = raw.slice(raw.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  return state && startTicks ? { state, startTicks } : undefined;
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/** macOS and the BSDs have no /proc. */
function ps(pid: number, column: string): string | undefined {
  try {
    const output = execFileSync('ps', ['-ww', '-o', column, '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, LC_ALL: 'C' },
    });
    return output.trim() || undefined;
  } catch {
    return undefined;
  }
}

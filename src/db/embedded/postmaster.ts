import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../lib/logger.js';
import type { Cluster } from './cluster.js';
import { EmbeddedPostgresError, errorCode } from './errors.js';
import { freePort } from './free-port.js';
import { childEnvironment, identity } from './os-user.js';
import { isPostmasterOf, readPostmasterFile } from './postmaster-file.js';
import { isAlive } from './processes.js';
import { watch } from './watchdog.js';

const FAST_SHUTDOWN_MS = 15_000;
const IMMEDIATE_SHUTDOWN_MS = 5_000;
/** Recovery after a crash replays the write-ahead log, which may take a while on a slow disk. */
const START_MS = 180_000;
const POLL_MS = 20;
const PORT_ATTEMPTS = 5;
const LOG_LIMIT_BYTES = 5_000_000;
const MEGABYTE = 1_048_576;
const MEMORY_PER_BUFFERS = 32;

export interface Postmaster {
  port: number;
  stop(): Promise<void>;
}

/** Ends a postgres that outlived the process which started it (kill -9) and still serves this cluster. */
export async function shutDownOrphan(folder: string, logger: Logger): Promise<void> {
  const found = readPostmasterFile(folder);
  if (!found || !isPostmasterOf(found.pid, folder)) return;
  logger.warn({ pid: found.pid }, 'the database of an earlier process still runs: shutting it down');
  await shutDown(found.pid);
}

/**
 * Starts postgres on the given or a free port of the loopback interface and waits until it takes connections. It is tried
 * again in a loop of its own, not with `retry`: whether that helps stands in the log of the attempt, and the rests
 * grow by the same amount instead of doubling.
 */
export async function startPostmaster(
  cluster: Cluster,
  logFile: string,
  options: { port?: number; settings?: Record<string, string> },
  logger: Logger,
): Promise<Postmaster> {
  rotate(logFile);
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const logStart = sizeOf(logFile);
    const child = launch(cluster, port, logFile, options.settings ?? {});
    const outcome = await waitUntilReady(cluster.folder, child, logger);
    if (outcome === 'ready') return supervise(child, port, cluster, logger);
    const log = readFileSync(logFile).subarray(logStart).toString('utf8');
    const mayWork = log.includes('could not bind') || log.includes('still in use');
    if (outcome === 'timeout') await endChild(child);
    if (!mayWork || attempt === PORT_ATTEMPTS) throw startFailed(log, logFile, outcome);
    // Backends of a killed postgres need a moment to notice and let go of the shared memory.
    await sleep(attempt * 200);
  }
}

/**
 * A share of the machine's memory, or of what a container may use: at least PostgreSQL's own 128 MB, at most a gigabyte,
 * because the rest of the machine is the program's.
 */
function sharedBuffersMegabytes(): number {
  const memory = Math.min(totalmem(), process.constrainedMemory() ?? Infinity);
  return Math.round(Math.min(Math.max(memory / MEMORY_PER_BUFFERS / MEGABYTE, 128), 1_024));
}

function launch(
  cluster: Cluster,
  port: number,
  logFile: string,
  settings: Record<string, string>,
): ChildProcess {
  const all: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    max_connections: '200',
    shared_buffers: `${sharedBuffersMegabytes()}MB`,
    log_line_prefix: '%m [%p] ',
    // The log must hold no message text and no phone numbers: neither statements nor the DETAIL of an error.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    ...settings,
  };
  const args = [
    '-D',
    cluster.folder,
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const log = openSync(logFile, 'a', 0o600);
  try {
    // Detached: Ctrl-C in the terminal must not end the database before the server has drained.
    const child = spawn(cluster.binaries.postgres, args, {
      cwd: cluster.folder,
      detached: true,
      stdio: ['ignore', log, log],
      env: childEnvironment(staleOwner(cluster.folder)),
      ...identity(cluster.user),
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/**
 * A stale postmaster.pid may name a process id that something else uses by now, and PostgreSQL would refuse to start.
 * pg_ctl's own way of saying "that one is not a postmaster" is this variable; the check for leftover backends stays.
 */
function staleOwner(folder: string): Record<string, string> {
  const found = readPostmasterFile(folder);
  return found ? { PG_GRANDPARENT_PID: String(found.pid) } : {};
}

async function waitUntilReady(
  folder: string,
  child: ChildProcess,
  logger: Logger,
): Promise<'ready' | 'ended' | 'timeout'> {
  let failed = false;
  child.on('error', () => (failed = true));
  const started = performance.now();
  let announced = false;
  while (performance.now() - started < START_MS) {
    if (failed || child.exitCode !== null || child.signalCode !== null) return 'ended';
    const file = readPostmasterFile(folder);
    if (file?.ready && file.pid === child.pid) return 'ready';
    if (!announced && performance.now() - started > 5_000) {
      announced = true;
      logger.info('the database is still recovering from an unclean end');
    }
    await sleep(POLL_MS);
  }
  return 'timeout';
}

function supervise(child: ChildProcess, port: number, cluster: Cluster, logger: Logger): Postmaster {
  const pid = child.pid;
  if (pid === undefined) throw new Error('A running child process has an id.');
  const callOff = watch(pid, 'INT', cluster.user);
  let stopping: Promise<void> | undefined;
  child.once('exit', (code, signal) => {
    callOff();
    if (!stopping)
      logger.error({ code, signal }, 'the embedded database ended unexpectedly: restart the server');
  });
  return {
    port,
    stop() {
      stopping ??= endChild(child);
      return stopping;
    },
  };
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
    await shutDown(child.pid);
}

/** Fast shutdown (SIGINT): ends sessions, writes a checkpoint. Then immediate (SIGQUIT), which the next start recovers from. */
async function shutDown(pid: number): Promise<void> {
  send(pid, 'SIGINT');
  if (await gone(pid, FAST_SHUTDOWN_MS)) return;
  send(pid, 'SIGQUIT');
  if (await gone(pid, IMMEDIATE_SHUTDOWN_MS)) return;
  throw new EmbeddedPostgresError(`The database process ${pid} does not end. End it with: kill -QUIT ${pid}`);
}

function send(pid: number, name: 'SIGINT' | 'SIGQUIT'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return;
    throw new EmbeddedPostgresError(
      `The database process ${pid} of an earlier start belongs to another OS user. End it with: kill -INT ${pid}`,
      { cause: error },
    );
  }
}

async function gone(pid: number, timeoutMs: number): Promise<boolean> {
  const started = performance.now();
  while (isAlive(pid)) {
    if (performance.now() - started > timeoutMs) return false;
    await sleep(POLL_MS);
  }
  return true;
}

function startFailed(log: string, logFile: string, outcome: 'ended' | 'timeout'): EmbeddedPostgresError {
  const lines = log.split('\n');
  const fatal =
    lines.find((line) => /FATAL|PANIC/.test(line)) ?? lines.findLast((line) => line.trim() !== '');
  const reason = fatal?.replace(/^.*?(FATAL|PANIC):\s*/, '') ?? 'it ended without a word';
  const what =
    outcome === 'timeout' ? `was not ready within ${START_MS / 1000} s` : `did not start: ${reason}`;
  return new EmbeddedPostgresError(`The embedded database ${what}. Its log is ${logFile}.`);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function rotate(logFile: string): void {
  if (sizeOf(logFile) > LOG_LIMIT_BYTES) renameSync(logFile, `${logFile}.1`);
}

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { programArguments } from '../support/programs.js';
import { waitFor } from '../support/wait-for.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface ServerProcess {
  url: string;
  child: ChildProcess;
  /** Everything it has written so far. */
  output(): string;
  /** Sends the signal and waits for the end; returns the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | string>;
}

const quiet = {
  PORT: '0',
  LOG_LEVEL: 'warn',
  // Typing like a person would be most of what the tests wait for.
  TYPING_PERCENT: '25',
  ADMIN_EMAIL: 'owner@example.com',
  ADMIN_PASSWORD: 'correct-horse-battery',
  APP_SECRET: 'a secret of the tests that is long enough',
  JWT_SECRET: 'another secret of the tests, long enough',
};

/** The program with this environment, as `npm start` would run it; resolves when it listens. */
export async function startServer(env: Record<string, string>): Promise<ServerProcess> {
  const server = spawnServer(env);
  const url = await waitFor(() => address(server), { timeoutMs: 60_000, what: 'the server to listen' });
  return { ...server, url };
}

/** Without waiting: for starts that are meant to fail. */
export function spawnServer(env: Record<string, string>): Omit<ServerProcess, 'url'> {
  const child = spawn(process.execPath, programArguments('main'), {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...quiet, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, output: () => text, end: (signal) => end(child, signal) };
}

/** Waits for a process that ends by itself. */
export async function exitOf(child: ChildProcess): Promise<number | string> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode ?? child.signalCode ?? 'unknown';
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | string> {
  child.kill(signal);
  return exitOf(child);
}

function address({ child, output }: Omit<ServerProcess, 'url'>): string | undefined {
  if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}:\n${output()}`);
  return /listens on (\S+),/.exec(output())?.[1];
}

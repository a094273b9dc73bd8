import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { watch } from '../src/db/embedded/watchdog.js';

const root = fileURLToPath(new URL('..', import.meta.url));

export interface Child {
  pid: number;
  /** Resolves with what the pattern found in what it prints; rejects when it ends before. */
  prints(pattern: RegExp): Promise<string>;
  /** Its exit status, or the signal that ended it. */
  ended: Promise<number | string>;
  kill(signal: NodeJS.Signals): void;
}

/** A process of this run. What it prints goes to a file; it ends with us, however we end. */
export function startChild(
  command: readonly string[],
  options: { env: Record<string, string>; log: string },
): Child {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C in the terminal is for us; we end the others in their order.
    detached: true,
  });
  const callOff = watch(child.pid ?? 0, 'TERM', { name: 'the current user' });
  const ended = endOf(child);
  void ended.then(callOff);
  const text = record(child, options.log);
  return {
    pid: child.pid ?? 0,
    ended,
    kill: (signal) => void child.kill(signal),
    prints: (pattern) => found(child, text, pattern),
  };
}

function endOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
}

function record(child: ChildProcess, file: string): () => string {
  const log = createWriteStream(file, { flags: 'a' });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      if (text.length < 10_000) text += chunk.toString();
      log.write(chunk);
    });
  }
  child.once('close', () => log.end());
  return () => text;
}

function found(child: ChildProcess, text: () => string, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const match = pattern.exec(text())?.[1];
      if (match === undefined) return;
      child.stdout?.off('data', look);
      child.stderr?.off('data', look);
      resolve(match);
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('close', () => reject(new Error(`A process ended before it was ready:\n${text()}`)));
    look();
  });
}

import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The checkout this script belongs to. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A step of the set-up failed; the message is for the person at the terminal. */
export class SetupError extends Error {}

/** Runs a command in the foreground; its output goes to stderr, so that stdout stays the server's own. */
export function runOrThrow(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['inherit', 2, 2], ...options });
  if (result.error) throw new SetupError(`${command} could not be started: ${result.error.message}`);
  if (result.status === 0) return;
  if (result.signal) throw new SetupError(`${command} was ended by ${result.signal}.`);
  throw new SetupError(`${[command, ...args].join(' ')} failed with status ${result.status}.`);
}

/** Runs a command and collects what it prints. */
export function capture(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => resolve({ ok: false, output: `${output}${error.message}\n` }));
    child.once('close', (code) => resolve({ ok: code === 0, output }));
  });
}

/** Prints an expected failure as one line, anything else with its stack, and ends with status 1. */
export function fail(error) {
  console.error(error instanceof SetupError ? `\n${error.message}` : error);
  process.exit(1);
}

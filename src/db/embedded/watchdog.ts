import { spawn } from 'node:child_process';
import { childEnvironment, identity, type OsUser } from './os-user.js';

/**
 * Ends a child process when this process dies, even by kill -9: a shell waits on a pipe whose other end only we
 * hold. Returns the function that calls the watchdog off (for when the child ended before us).
 */
export function watch(pid: number, signal: 'INT' | 'TERM', user: OsUser): () => void {
  // A session of its own, so that Ctrl-C in the terminal does not reach it before we have drained.
  const script = 'trap "" INT TERM HUP; read -r answer || kill -s "$2" "$1"';
  const watchdog = spawn('/bin/sh', ['-c', script, 'starling-watchdog', String(pid), signal], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: childEnvironment(),
    ...identity(user),
  });
  // Without a shell the child is not watched; the next start then takes it over.
  watchdog.on('error', () => undefined);
  watchdog.stdin.on('error', () => undefined);
  watchdog.unref();
  const { stdin } = watchdog;
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  return () => {
    stdin.end('done\n');
  };
}

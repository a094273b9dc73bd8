import { spawn, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { once } from 'node:events';
import { freePort } from '../../src/db/embedded/free-port.js';
import { watch } from '../../src/db/embedded/watchdog.js';
import { waitFor } from './wait-for.js';

const PROGRAMS = ['redis-server', 'valkey-server'];

/** A real Redis without persistence on a free port. Fails when none is installed: nothing is skipped. */
export async function startTestRedis(): Promise<{ url: string; pid: number; stop(): Promise<void> }> {
  const program = PROGRAMS.find((name) => spawnSync(name, ['--version']).status === 0);
  if (!program)
    throw new Error('This needs redis-server. Install it with: sudo apt-get install -y redis-server');
  const port = await freePort();
  const options = [
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--maxmemory-policy',
    'noeviction',
  ];
  const child = spawn(program, ['--port', String(port), ...options], {
    stdio: 'ignore',
    cwd: '/',
    detached: true,
  });
  const exited = once(child, 'exit');
  child.unref();
  const callOff = watch(child.pid ?? 0, 'TERM', { name: 'the current user' });
  await waitFor(() => answers(port), { what: `${program} on port ${port}` });
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    async stop() {
      callOff();
      // Waited for now: without this the process may end before the promise does.
      child.ref();
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write('PING\r\n');
    const [reply] = (await once(socket, 'data')) as [Buffer];
    return reply.toString().startsWith('+PONG');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { ownPort } from './own-port.js';
import { startChild, type Child } from './child.js';

export interface ChaosRedis {
  url: string;
  /** Killed, away for so long, then back with what it had written down. */
  goAway(awayMs: number): Promise<void>;
  /** Everything it holds is gone. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

/** A Redis of this run that keeps its data as docs/production.md asks for: append-only, never evicting. */
export async function startRedis(folder: string, log: string): Promise<ChaosRedis> {
  await mkdir(folder);
  const port = await ownPort();
  const command = commandLine(port, folder);
  let server = await ready(startChild(command, { env: {}, log }));
  return {
    url: `redis://127.0.0.1:${port}`,
    async goAway(awayMs) {
      server.kill('SIGKILL');
      await server.ended;
      await pause(awayMs);
      server = await ready(startChild(command, { env: {}, log }));
    },
    async flush() {
      const client = new Redis(port, '127.0.0.1');
      await client.flushall();
      client.disconnect();
    },
    async stop() {
      server.kill('SIGTERM');
      await server.ended;
    },
  };
}

function commandLine(port: number, folder: string): string[] {
  const program = ['redis-server', 'valkey-server'].find(
    (name) => spawnSync(name, ['--version']).status === 0,
  );
  if (!program) throw new Error('Redis is missing. Install it with: sudo apt-get install -y redis-server');
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    appendonly: 'yes',
    'maxmemory-policy': 'noeviction',
  };
  return [program, ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])];
}

async function ready(server: Child): Promise<Child> {
  await server.prints(/(Ready to accept connections)/);
  return server;
}

import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give to connections (from 32768 on Linux, 49152 elsewhere). */
const FIRST = 20_000;
const LAST = 32_000;
const ATTEMPTS = 50;

/**
 * A port of the loopback interface for a server that goes away and comes back to it. The system gives it to nobody meanwhile,
 * as it does with those it names itself: while the server is away a connection may have got one of them.
 */
export async function ownPort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (await isFree(port)) return port;
  }
  throw new Error(`None of ${ATTEMPTS} ports between ${FIRST} and ${LAST} is free.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch {
    // Taken: another one is tried.
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

import { createServer } from 'node:net';
import { once } from 'node:events';

/** A port of the loopback interface that is free at this moment; the caller retries when it is taken after all. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
}

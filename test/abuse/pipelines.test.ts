import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startServer, type RunningServer } from '../../src/api/server.js';
import { connectRaw, requestText } from './raw-client.js';

let server: RunningServer | undefined;
afterEach(() => server?.drain(0));

const get = (path: string, headers = {}) => requestText('GET', path, headers);

async function serverOf(app: RequestListener): Promise<number> {
  server = await startServer(app, { host: '127.0.0.1', port: 0, authMode: 'password' });
  return server.port;
}

/** Answers nothing; counts what it was asked and tells when the connection has closed. */
function silent() {
  const asked = { begun: 0, closed: Promise.resolve() };
  const app: RequestListener = (request) => {
    asked.begun += 1;
    asked.closed = once(request.socket, 'close').then(() => undefined);
  };
  return { app, asked };
}

describe('requests that a connection sends at once', () => {
  it('are answered one after the other', async () => {
    let atWork = 0;
    let most = 0;
    const port = await serverOf((request, response) => {
      atWork += 1;
      most = Math.max(most, atWork);
      setImmediate(() => {
        atWork -= 1;
        response.end(`answer to ${request.url}`);
      });
    });
    const client = await connectRaw(port);
    client.send([1, 2, 3].map((n) => get(`/${n}`)).join('') + get('/4', { connection: 'close' }));
    const answers = [...(await client.rest()).matchAll(/answer to \/(\d)/g)].map(([, n]) => n);
    expect(answers).toEqual(['1', '2', '3', '4']);
    expect(most).toBe(1);
  });

  it('are not begun after the connection has closed', async () => {
    const { app, asked } = silent();
    const client = await connectRaw(await serverOf(app));
    client.send(get('/').repeat(9));
    while (asked.begun === 0) await new Promise(setImmediate);
    client.socket.destroy();
    await asked.closed;
    await new Promise(setImmediate);
    expect(asked.begun).toBe(1);
  });

  it('close the connection when they are more than ten', async () => {
    const { app, asked } = silent();
    const client = await connectRaw(await serverOf(app));
    client.send(get('/').repeat(11));
    expect(await client.rest()).toBe('');
    expect(asked.begun).toBe(1);
  });
});

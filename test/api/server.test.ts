import { Agent, get, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startServer, type RunningServer } from '../../src/api/server.js';

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.drain(100)));
});

async function start(...[app, settings]: Parameters<typeof startServer>): Promise<RunningServer> {
  const server = await startServer(app, settings);
  running.push(server);
  return server;
}

const local = { host: '127.0.0.1', port: 0, authMode: 'password' } as const;

function fetchText(url: string, agent?: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const caller = get(url, { agent }, (response: IncomingMessage) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text)).on('error', reject);
    });
    caller.on('error', reject);
  });
}

describe('the server', () => {
  it('names the setting when its port is taken', async () => {
    const first = await start((_request, response) => response.end(), local);
    await expect(
      start((_request, response) => response.end(), { ...local, port: first.port }),
    ).rejects.toThrow(
      `PORT ${first.port} on 127.0.0.1 is already in use. Stop the other program or set PORT to a free one.`,
    );
  });

  it('does not listen beyond loopback without authentication', async () => {
    for (const host of ['0.0.0.0', '::', '192.168.1.5', 'example.com']) {
      await expect(startServer(() => undefined, { ...local, host, authMode: 'none' })).rejects.toThrow(
        'HOST=127.0.0.1',
      );
    }
    const server = await start((_request, response) => response.end('here'), { ...local, authMode: 'none' });
    expect(await fetchText(server.url)).toBe('here');
  });

  it('finishes what is under way before it stops, and closes idle connections', async () => {
    let finish = (): void => undefined;
    const arrived = new Promise<void>((resolve) => {
      void start((request, response) => {
        if (request.url === '/idle') {
          response.end('idle');
          return;
        }
        finish = () => response.end('finished');
        resolve();
      }, local);
    });
    const server = await untilStarted();
    const agent = new Agent({ keepAlive: true });
    await fetchText(`${server.url}/idle`, agent);
    const slow = fetchText(`${server.url}/slow`, agent);
    await arrived;
    const drained = server.drain(5_000);
    await expect(fetchText(server.url)).rejects.toThrow('ECONNREFUSED');
    finish();
    expect(await slow).toBe('finished');
    await drained;
    agent.destroy();
  });

  it('cuts off what does not finish in time', async () => {
    const server = await start(() => undefined, local);
    const hanging = fetchText(server.url).then(
      () => 'answered',
      () => 'cut off',
    );
    await server.drain(150);
    expect(await hanging).toBe('cut off');
  });
});

async function untilStarted(): Promise<RunningServer> {
  while (running.length === 0) await new Promise((resolve) => setImmediate(resolve));
  return running[0] as RunningServer;
}

import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineRoute, ok, type Route } from '../../src/api/route.js';
import { sendStream } from '../../src/api/send-stream.js';
import { startServer, type RunningServer } from '../../src/api/server.js';
import { createTestApi, type TestApi } from '../api/harness.js';
import { CreateSampleDto, SampleDto } from '../api/sample.js';
import { waitFor } from '../support/wait-for.js';
import { memoryInUse } from './memory.js';
import { connectRaw, requestText } from './raw-client.js';

const STALLED_MS = 250;
const CHUNK = Buffer.alloc(64 * 1024, 'x');
/** More than the buffers of the kernel on both sides take. */
const LARGE = 32 * 1024 * 1024;

let api: TestApi;
let server: RunningServer;
let token: string;
const download = { chunks: 0, ended: false, signal: undefined as AbortSignal | undefined };
let timeouts = 0;

async function* endless(): AsyncGenerator<Buffer> {
  try {
    for (;;) {
      download.chunks += 1;
      yield CHUNK;
    }
  } finally {
    download.ended = true;
  }
}

const response = { status: 200, description: 'Fine', data: SampleDto } as const;
const sample = (route: Pick<Route, 'path' | 'handler'> & Partial<Route>) =>
  defineRoute({
    method: 'get',
    tag: 'samples',
    summary: 'Sample',
    access: 'authenticated',
    response,
    ...route,
  });

const routes = [
  sample({
    path: '/api/endless',
    handler: ({ response: answer, signal }) => {
      download.signal = signal;
      return sendStream(answer, endless());
    },
  }),
  sample({ path: '/api/large', handler: async () => ok({ name: 'x'.repeat(LARGE) }) }),
  sample({
    path: '/api/long',
    async handler({ response: answer }) {
      for (timeouts = 0; timeouts < 3; timeouts += 1) await once(answer, 'timeout');
      return ok({ name: 'done' });
    },
  }),
  sample({
    path: '/api/samples',
    method: 'post',
    body: CreateSampleDto,
    handler: async () => ok({ name: 'taken' }),
  }),
];

beforeAll(async () => {
  api = await createTestApi({ routes, settings: { jsonLimitBytes: 2_000_000 } });
  token = `Bearer ${await api.token()}`;
  server = await startServer(api.app, {
    host: '127.0.0.1',
    port: 0,
    authMode: 'password',
    stalledMs: STALLED_MS,
  });
});
afterAll(async () => {
  await server.drain(100);
  await api.close();
});

function loggedRequest(route: string): Promise<Record<string, unknown>> {
  return waitFor(() => api.logLines.find((line) => line['msg'] === 'request' && line['route'] === route));
}

async function ask(path: string): Promise<Awaited<ReturnType<typeof connectRaw>>> {
  const client = await connectRaw(server.port);
  client.send(requestText('GET', path, { authorization: token }));
  return client;
}

describe('a client that takes nothing of its answer', () => {
  it('is cut off, and the source of its download ends', async () => {
    const client = await ask('/api/endless');
    await waitFor(() => download.ended);
    expect(download.signal?.aborted).toBe(true);
    expect(download.signal?.reason).toMatchObject({ name: 'CallerGone' });
    expect(download.chunks * CHUNK.length).toBeLessThan(LARGE);
    expect(await loggedRequest('/api/endless')).toMatchObject({ aborted: true });
    client.socket.destroy();
  });

  it('does not keep an answer that was written in one go', async () => {
    const client = await ask('/api/large');
    expect(await loggedRequest('/api/large')).toMatchObject({ status: 200, aborted: true });
    client.socket.destroy();
  });

  it('that leaves ends its download at once, and nothing is logged as an error', async () => {
    download.ended = false;
    const client = await ask('/api/endless');
    await waitFor(() => client.socket.bytesRead > 0 || download.chunks > 0);
    client.socket.destroy();
    await waitFor(() => download.ended);
    expect(api.logLines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('clients that never read', () => {
  it('leave nothing behind of dozens of refused bodies and their answers', async () => {
    const contacts = Array.from({ length: 4_000 }, (_, index) => ({
      [`${'k'.repeat(90)}${index % 50}`]: index,
    }));
    const body = JSON.stringify({ name: 'a', contacts });
    const headers = { authorization: token, 'content-type': 'application/json' };
    const isRefusal = (line: Record<string, unknown>) => line['status'] === 400;
    const before = await memoryInUse();
    const clients = [];
    for (let n = 1; n <= 40; n += 1) {
      const client = await connectRaw(server.port);
      client.send(requestText('POST', '/api/samples', headers, body));
      clients.push(client);
      await waitFor(() => api.logLines.filter(isRefusal).length >= n);
    }
    expect((await memoryInUse()) - before).toBeLessThan(64 * 1024 * 1024);
    for (const { socket } of clients) socket.destroy();
  });
});

describe('a client that sends nothing more', () => {
  it('of its body is cut off', async () => {
    const client = await connectRaw(server.port);
    client.socket.resume();
    const head = requestText('POST', '/api/samples', {
      authorization: token,
      'content-type': 'application/json',
      'content-length': '900',
    });
    client.send(`${head}{"name":`);
    await client.closed;
    await waitFor(() => api.logLines.find((line) => line['route'] === '/api/samples' && line['aborted']));
  });
});

describe('a client that waits for the server', () => {
  it('is never cut off, however long the work takes', async () => {
    const client = await ask('/api/long');
    client.socket.setEncoding('utf8').resume();
    const [text] = (await once(client.socket, 'data')) as [string];
    expect(text).toContain('200 OK');
    expect(timeouts).toBe(3);
    client.socket.destroy();
  });
});

import { readdir } from 'node:fs/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  jsonOverBudget,
  MAX_DEPTH,
  MAX_ENTRIES,
  MAX_FIELDS,
  MAX_NAME_BYTES,
  MAX_SHAPES,
  MAX_TEXT_BYTES,
} from '../../src/api/json-budget.js';
import { Rooms } from '../../src/api/middleware/room.js';
import { defineRoute, ok, type Route } from '../../src/api/route.js';
import { startServer, type RunningServer } from '../../src/api/server.js';
import { createTestApi, type TestApi } from '../api/harness.js';
import { CreateSampleDto, SampleDto, SampleFormDto } from '../api/sample.js';
import { waitFor } from '../support/wait-for.js';
import { connectRaw, requestText } from './raw-client.js';

const LIMIT = 200_000;
const UPLOAD_LIMIT = 1_000;

let api: TestApi;
let server: RunningServer;
let token: string;
/** Bodies that reached a handler. */
let handled = 0;

const sample = (route: Pick<Route, 'path' | 'access'> & Partial<Route>) =>
  defineRoute({
    method: 'post',
    tag: 'samples',
    summary: 'Sample',
    response: { status: 200, description: 'Fine', data: SampleDto },
    async handler() {
      handled += 1;
      return ok({ name: 'a' });
    },
    ...route,
  });

const routes = [
  sample({ path: '/api/samples', access: 'contacts:write', body: CreateSampleDto }),
  sample({ path: '/api/keys', access: 'access:manage', body: CreateSampleDto }),
  sample({ path: '/api/public', access: 'public', body: CreateSampleDto }),
  sample({
    path: '/api/files',
    access: 'contacts:write',
    body: SampleFormDto,
    upload: { field: 'file', maxBytes: UPLOAD_LIMIT },
  }),
];

beforeAll(async () => {
  api = await createTestApi({ routes, settings: { jsonLimitBytes: LIMIT } });
  token = `Bearer ${await api.token()}`;
  server = await startServer(api.app, { host: '127.0.0.1', port: 0, authMode: 'password' });
});
afterAll(async () => {
  await server.drain(100);
  await api.close();
});

const json = { 'content-type': 'application/json' };

/** The answer to headers that announce a body of which not one byte is sent. */
async function answerToHeaders(path: string, headers: Record<string, string>): Promise<string> {
  const client = await connectRaw(server.port);
  const text = new Promise<string>((resolve) => {
    client.socket.setEncoding('utf8').once('data', resolve).resume();
  });
  client.send(requestText('POST', path, { ...json, 'content-length': '150000', ...headers }));
  const answer = await text;
  client.socket.destroy();
  return answer;
}

async function sendBytes(bytes: Buffer, headers: Record<string, string>, path = '/api/samples') {
  const request = api.request.post(path).set({ authorization: token, ...json, ...headers });
  request.write(bytes);
  return request;
}

describe('a body is not read', () => {
  it('for callers who are refused without it', async () => {
    expect(await answerToHeaders('/api/samples', {})).toContain(' 401 ');
    expect(await answerToHeaders('/api/samples', { 'x-api-key': 'sk_guess' })).toContain(' 401 ');
    const viewer = await api.token(await api.createUser('viewer'));
    expect(await answerToHeaders('/api/keys', { authorization: `Bearer ${viewer}` })).toContain(' 403 ');
    expect(await answerToHeaders('/api/files', { authorization: token })).toContain(' 415 ');
    expect(await answerToHeaders('/api/nowhere', { authorization: token })).toContain(' 404 ');
  });

  it('when it is announced to be too large', async () => {
    const tooLarge = String(LIMIT + 1);
    expect(await answerToHeaders('/api/public', {})).toContain(' 413 ');
    const headers = { authorization: token, 'content-length': tooLarge };
    expect(await answerToHeaders('/api/samples', headers)).toContain(' 413 ');
    const form = {
      ...headers,
      'content-type': 'multipart/form-data; boundary=x',
      'content-length': '99000000',
    };
    expect(await answerToHeaders('/api/files', form)).toContain(' 413 ');
  });
});

describe('an upload', () => {
  it('that never comes to its file is cut off, however it is sent', async () => {
    const client = await connectRaw(server.port);
    client.socket.resume();
    const headers = {
      authorization: token,
      'content-type': 'multipart/form-data; boundary=x',
      'transfer-encoding': 'chunked',
    };
    client.send(requestText('POST', '/api/files', headers));
    const chunk = `10000\r\n${'p'.repeat(0x1_0000)}\r\n`;
    let sent = 0;
    while (!client.socket.destroyed && sent < 1_000) {
      sent += 1;
      const drained = new Promise((resolve) => client.socket.once('drain', resolve));
      if (!client.socket.write(chunk)) await Promise.race([drained, client.closed]);
    }
    await client.closed;
    expect(sent).toBeLessThan(1_000);
  });
});

describe('uploads that trickle in', () => {
  it('end with a reason, leave no file behind and give their places back', async () => {
    const slow = await createTestApi({
      routes,
      db: api.db,
      settings: { uploadPace: { bytes: 1024 ** 2, everyMs: 200 } },
    });
    const running = await startServer(slow.app, { host: '127.0.0.1', port: 0, authMode: 'password' });
    const headers = {
      authorization: token,
      'content-type': 'multipart/form-data; boundary=x',
      'content-length': '50000',
    };
    const part = '--x\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\n';
    const trickle = async (): Promise<string> => {
      const client = await connectRaw(running.port);
      client.send(requestText('POST', '/api/files', headers));
      client.send(part);
      const timer = setInterval(() => client.send('x'), 20);
      const answer = await client.rest();
      clearInterval(timer);
      return answer;
    };
    for (const _ of [1, 2]) {
      const answers = await Promise.all(Array.from({ length: 8 }, trickle));
      expect(answers.map((answer) => answer.slice(9, 12))).toEqual(Array.from({ length: 8 }, () => '408'));
      expect(answers[0]).toContain('arrives too slowly: less than 1024 kB in 0.2 s');
    }
    await waitFor(async () => (await readdir(slow.uploadDir)).length === 0);
    await running.drain(100);
    await slow.close();
  });
});

describe('a body before logging in', () => {
  it('may have 16 kB', async () => {
    const send = (length: number) =>
      api.request.post('/api/public').send({ name: 'a', more: 'x'.repeat(length) });
    expect((await send(16_000)).status).toBe(400);
    expect((await send(17_000)).status).toBe(413);
  });
});

describe('a compressed body', () => {
  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])(
    'of %s that becomes a hundred times as large is refused by what it becomes',
    async (encoding, compress) => {
      const bytes = compress(Buffer.alloc(LIMIT * 100, ' '));
      expect(bytes.length).toBeLessThan(LIMIT);
      const { status, body } = await sendBytes(bytes, { 'content-encoding': encoding });
      expect([status, body.message]).toEqual([413, expect.stringContaining(`${LIMIT} bytes`)]);
    },
  );

  it('that becomes nothing, however much is sent, is refused by what was sent', async () => {
    const nothing = gzipSync(Buffer.alloc(0));
    const bytes = Buffer.concat(Array.from({ length: 20_000 }, () => nothing));
    const { status } = await sendBytes(bytes, { 'content-encoding': 'gzip' });
    expect(status).toBe(413);
  });

  it('in another encoding of text than UTF-8 is refused, because its cost could not be told', async () => {
    const bytes = Buffer.from('{"name":"a"}', 'utf16le');
    const { status, body } = await sendBytes(bytes, { 'content-type': 'application/json; charset=utf-16le' });
    expect([status, body.message]).toEqual([415, expect.stringContaining('UTF-8')]);
  });
});

describe('what a body may cost', () => {
  const over = (text: string) => jsonOverBudget(Buffer.from(text))?.message;
  let kind = 0;
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const list = (count: number, item: string) => `[${`${item},`.repeat(count - 1)}${item}]`;
  const lists = (count: number, item: string) => list(count, list(10_000, item));
  const kinds = (lots: number) =>
    `[${Array.from({ length: lots }, (_, lot) => list(10_000, '{}').replaceAll('{}', () => `{"k${(kind += 1)}":${lot}}`)).join(',')}]`;
  const fields = (count: number) => `{${Array.from({ length: count }, (_, n) => `"n${n}":1`).join(',')}}`;

  it.each([
    ['lists in lists', nested(MAX_DEPTH), nested(MAX_DEPTH + 1), 'levels'],
    ['objects in lists', `[${'{"a":['.repeat(31)}1`, `[${'{"a":['.repeat(32)}1`, 'levels'],
    ['many numbers', lists(29, '0'), lists(30, '0'), 'values'],
    ['many empty lists', lists(14, '[]'), lists(15, '[]'), 'values'],
    ['the same field again', `{${'"a":1,'.repeat(999)}`, `{${'"a":1,'.repeat(1_000)}`, 'fields'],
    ['many fields', fields(MAX_FIELDS), fields(MAX_FIELDS + 1), 'fields'],
    ['many entries', list(MAX_ENTRIES, '{}'), list(MAX_ENTRIES + 1, '{}'), 'entries'],
    ['objects of many kinds', kinds(MAX_SHAPES / 10_000), kinds(MAX_SHAPES / 10_000 + 1), 'kinds'],
    ['a long name', `{"${'n'.repeat(MAX_NAME_BYTES)}":1}`, `{"${'n'.repeat(MAX_NAME_BYTES + 1)}":1}`, 'name'],
    ['a name of escapes', `{"${'\\"'.repeat(500)}":1}`, `{"${'\\"'.repeat(501)}":1}`, 'name'],
    ['a long text', `["${'t'.repeat(MAX_TEXT_BYTES)}"]`, `["${'t'.repeat(MAX_TEXT_BYTES + 1)}"]`, 'text'],
  ])('is counted: %s', (_, fits, tooMuch, limit) => {
    expect(over(fits)).toBeUndefined();
    expect(over(tooMuch)).toContain(limit);
  });

  it('does not count what stands inside texts', () => {
    expect(over(`["${'[{,:'.repeat(200_000)}", "a\\\\", "\\"${'['.repeat(100)}"]`)).toBeUndefined();
  });

  it('leaves room for ten thousand contacts with twenty variables each', () => {
    const variables = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`variable${index}`, index]),
    );
    const contacts = Array.from({ length: 10_000 }, () => ({
      phoneNumber: '+5511987654321',
      name: 'Ana',
      variables,
    }));
    expect(over(JSON.stringify({ name: 'Spring sale', contacts }))).toBeUndefined();
  });

  it('is told with the place where it was too much', () => {
    const at = (text: string) => jsonOverBudget(Buffer.from(text))?.path;
    expect(at(`{"a":{"b":[1,{"c":${list(MAX_ENTRIES + 1, '0')}}]}}`)).toBe('a.b[1].c');
    expect(at(`{"a":[${fields(MAX_FIELDS + 1)}]}`)).toBe('a[0]');
    expect(at(`{"a":1,"b":"${'t'.repeat(MAX_TEXT_BYTES + 1)}"}`)).toBe('b');
    expect(at(lists(40, '0'))).toBe('body');
    expect(at(']]]}}},,,"x":{"y":'.repeat(2_000))).toBe('body');
  });

  it('is looked at before anything is made of the body', async () => {
    handled = 0;
    const { body } = await sendBytes(Buffer.from(`{"name":${nested(5_000)}}`), {}).then((answer) => answer);
    expect(body).toEqual({
      success: false,
      message: `name: is nested more than ${MAX_DEPTH} levels deep`,
      errors: [{ path: 'name', message: `is nested more than ${MAX_DEPTH} levels deep` }],
    });
    expect(handled).toBe(0);
  });
});

describe('the room for bodies that are under way', () => {
  const MB = 1024 * 1024;

  it('has a share for each tenant, and the others find some when one has taken its share', () => {
    const rooms = new Rooms(5 * MB);
    const greedy = rooms.of('greedy');
    for (let n = 0; n < 4; n += 1) greedy.takeBody(5 * MB);
    expect(() => greedy.takeBody(5 * MB)).toThrow(/Too many large bodies/);
    expect(() => rooms.of('greedy').takeBody(5 * MB)).toThrow(expect.objectContaining({ kind: 'too_many' }));
    const other = rooms.of('other');
    other.takeBody(5 * MB);
    greedy.giveBack();
    rooms.of('greedy').takeBody(20 * MB);
    other.giveBack();
    other.giveBack();
  });

  it('is limited for all together, in bodies and in uploads', () => {
    const rooms = new Rooms(5 * MB);
    const full = (take: (tenant: string) => void) => {
      for (let n = 0; ; n += 1) {
        try {
          take(`tenant ${n}`);
        } catch (error) {
          return { taken: n, error };
        }
      }
    };
    const refused = expect.objectContaining({ kind: 'unavailable', retryAfterSeconds: 2 });
    expect(full((tenant) => rooms.of(tenant).takeBody(5 * MB))).toEqual({ taken: 12, error: refused });
    expect(full((tenant) => rooms.of(tenant).takeUpload())).toEqual({ taken: 64, error: refused });
    expect(full((tenant) => rooms.of(tenant).takeAnswer(16 * MB))).toEqual({ taken: 12, error: refused });
  });

  it('always holds the largest body that is allowed', () => {
    new Rooms(100 * MB).of('tenant').takeBody(100 * MB);
  });
});

import { readdir, readFile, rm } from 'node:fs/promises';
import { request as httpRequest, type ClientRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineRoute, ok } from '../../src/api/route.js';
import { startServer, type RunningServer } from '../../src/api/server.js';
import { waitFor } from '../support/wait-for.js';
import { createTestApi, type TestApi } from './harness.js';
import { SampleDto, SampleFormDto } from './sample.js';

let api: TestApi;
let server: RunningServer;
let token: string;
let fail = false;

const upload = defineRoute({
  method: 'post',
  path: '/api/files',
  tag: 'samples',
  summary: 'Upload',
  access: 'contacts:write',
  body: SampleFormDto,
  upload: { field: 'file', maxBytes: 1_000 },
  response: { status: 200, description: 'Taken', data: SampleDto },
  async handler({ file, body }) {
    if (fail) throw new Error('broken');
    if (!file) return ok({ file: null });
    const content = await readFile(file.path, 'utf8');
    await rm(file.path);
    const { listName, dryRun } = body;
    return ok({ listName, dryRun, originalName: file.originalName, size: file.size, content });
  },
});

beforeAll(async () => {
  api = await createTestApi({ routes: [upload] });
  token = `Bearer ${await api.token()}`;
  server = await startServer(api.app, { host: '127.0.0.1', port: 0, authMode: 'password' });
});
afterAll(async () => {
  await server.drain(1_000);
  await api.close();
});

const post = () => api.request.post('/api/files').set('authorization', token);

describe('uploads', () => {
  it('reach the handler as a file, with their fields', async () => {
    const { body } = await post()
      .field('listName', 'VIP')
      .field('dryRun', 'true')
      .attach('file', Buffer.from('telefone;nome\n'), 'José ações.csv')
      .expect(200);
    expect(body.data).toEqual({
      listName: 'VIP',
      dryRun: true,
      originalName: 'José ações.csv',
      size: 14,
      content: 'telefone;nome\n',
    });
  });

  it('over the limit are refused with 413 that names it', async () => {
    const { body } = await post().attach('file', Buffer.alloc(1_001), 'big.csv').expect(413);
    expect(body.errors).toEqual([{ path: 'file', message: 'the file may have at most 1000 bytes' }]);
    expect(await readdir(api.uploadDir)).toEqual([]);
  });

  it('with an endless field are refused with 413', async () => {
    const { body } = await post().field('listName', 'x'.repeat(70_000)).expect(413);
    expect(body.errors[0].path).toBe('listName');
  });

  it('sent as text, as curl does without the @, are told how', async () => {
    const { body } = await post().field('file', 'contacts.csv').expect(400);
    expect(body.errors).toEqual([{ path: 'file', message: expect.stringContaining('"file=@contacts.csv"') }]);
  });

  it('in the wrong field, with unknown fields or broken are refused with 400', async () => {
    const wrong = await post().attach('document', Buffer.from('x'), 'a.csv').expect(400);
    expect(wrong.body.message).toContain('in the field "file"');
    const unknown = await post().field('colour', 'red').attach('file', Buffer.from('x'), 'a.csv').expect(400);
    expect(unknown.body.errors).toEqual([{ path: 'colour', message: 'is not a known field' }]);
    await post().set('content-type', 'multipart/form-data; boundary=x').send('--x\r\nnonsense').expect(400);
    await post().send({ listName: 'x' }).expect(415);
    expect(await readdir(api.uploadDir)).toEqual([]);
  });

  it('leave no file behind when the handler fails', async () => {
    fail = true;
    await post().attach('file', Buffer.from('x'), 'a.csv').expect(500);
    fail = false;
    expect(await readdir(api.uploadDir)).toEqual([]);
  });

  it('leave no file behind when the caller hangs up', async () => {
    const caller = startUpload();
    const arrived = await waitFor(async () => ((await readdir(api.uploadDir)).length > 0 ? true : undefined));
    expect(arrived).toBe(true);
    caller.destroy();
    await waitFor(async () => ((await readdir(api.uploadDir)).length === 0 ? true : undefined));
  });
});

function startUpload(): ClientRequest {
  const caller = httpRequest(`${server.url}/api/files`, {
    method: 'POST',
    headers: { authorization: token, 'content-type': 'multipart/form-data; boundary=x' },
  });
  // Hanging up is what the test does; the error event is its echo.
  caller.on('error', () => undefined);
  caller.write('--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nsome rows\n');
  return caller;
}

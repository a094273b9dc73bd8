import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import jsqr from 'jsqr';
import { PNG } from 'pngjs';
import { senderRoutes } from '../../src/api/routes/senders.js';
import type { RouteServices } from '../../src/api/routes/index.js';
import { createTestApi, type TestApi } from '../api/harness.js';
import { Installation } from '../sessions/fixture.js';
import { createTestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';

let installation: Installation;
let api: TestApi;
let token: string;

beforeAll(async () => {
  const db = await createTestDatabase();
  installation = new Installation(db.database);
  const services: Pick<RouteServices, 'senders' | 'sessions'> = installation;
  api = await createTestApi({ db, routes: senderRoutes(services) });
  token = await api.token();
  await installation.host();
});
afterAll(async () => {
  await installation.close();
  await api.close();
  await api.db.close();
});

const read = (path: string) => api.request.get(path).set('authorization', `Bearer ${token}`);
const write = (path: string, body: object = {}) =>
  api.request.post(path).set('authorization', `Bearer ${token}`).send(body);

async function newSender(name: string, more: object = {}): Promise<string> {
  const { body, status } = await write('/api/senders', { name, transport: 'simulator', ...more });
  expect({ status, success: body.success }).toEqual({ status: 201, success: true });
  return body.data.id;
}

describe('the sender routes', () => {
  it('create, show, list, change, pause and delete', async () => {
    const id = await newSender('First', { phoneNumber: '+5511987654321', tags: ['a'] });
    const shown = await read(`/api/senders/${id}`);
    expect(shown.body.data).toMatchObject({
      id,
      name: 'First',
      phoneNumber: '+5511987654321',
      transport: 'simulator',
      status: 'created',
      healthScore: 100,
      consecutiveFailures: 0,
      quotaPerMinute: 20,
      quotaPerHour: 500,
      quotaPerDay: 5000,
      lastUsedAt: null,
      nextAvailableAt: expect.any(String),
      createdAt: expect.any(String),
    });
    const listed = await read('/api/senders?limit=1&tag=a');
    expect(listed.status).toBe(200);
    expect(JSON.stringify(listed.body)).toContain(id);
    const changed = await api.request
      .patch(`/api/senders/${id}`)
      .set('authorization', `Bearer ${token}`)
      .send({ quotaPerDay: 9000, name: 'Renamed' });
    expect(changed.body.data).toMatchObject({ quotaPerDay: 9000, name: 'Renamed', quotaPerMinute: 20 });
    expect((await write(`/api/senders/${id}/pause`)).body.data.status).toBe('paused');
    expect((await write(`/api/senders/${id}/resume`)).body.data.status).toBe('created');
    expect((await write(`/api/senders/${id}/reset-health`)).status).toBe(200);
    const stats = await read(`/api/senders/${id}/stats`);
    expect(stats.body.data).toMatchObject({
      sent: { minute: 0, hour: 0, day: 0, total: 0 },
      quota: { minuteLeft: 20, hourLeft: 500, dayLeft: 9000 },
      failed: 0,
      waitReason: 'no_sender_connected',
    });
    const removed = await api.request.delete(`/api/senders/${id}`).set('authorization', `Bearer ${token}`);
    expect(removed.status).toBe(200);
    expect((await read(`/api/senders/${id}`)).status).toBe(404);
  });

  it('refuse bad input with the field named, and taken names with 409', async () => {
    const wrong = await write('/api/senders', { transport: 'pigeon', quotaPerMinute: 0, colour: 'red' });
    expect(wrong.status).toBe(400);
    const paths = wrong.body.errors.map((error: { path: string }) => error.path);
    expect(paths).toEqual(expect.arrayContaining(['name', 'transport', 'quotaPerMinute', 'colour']));
    await newSender('Taken');
    expect((await write('/api/senders', { name: 'Taken', transport: 'simulator' })).status).toBe(409);
  });

  it('keep viewers from changing anything', async () => {
    const id = await newSender('Guarded');
    const viewer = await api.token(await api.createUser('viewer'));
    const refused = await api.request
      .post(`/api/senders/${id}/pause`)
      .set('authorization', `Bearer ${viewer}`);
    expect(refused.status).toBe(403);
  });
});

describe('the QR code', () => {
  it('is a real image of the payload, in every format, until the phone is paired', async () => {
    const id = await newSender('To pair', { transportConfig: { autoPair: false } });
    const early = await read(`/api/senders/${id}/qr`);
    expect(early.status).toBe(422);
    expect(early.body.message).toMatch(/connect first/u);

    expect((await write(`/api/senders/${id}/connect`)).status).toBe(202);
    const { data } = await waitFor(async () => {
      const { status, body } = await read(`/api/senders/${id}/qr`);
      return status === 200 ? (body as { data: { qr: string; payload: string } }) : undefined;
    });
    expect(decode(Buffer.from(data.qr.replace('data:image/png;base64,', ''), 'base64'))).toBe(data.payload);
    const png = await read(`/api/senders/${id}/qr?format=png`).responseType('blob');
    expect(png.headers['content-type']).toMatch(/^image\/png/u);
    expect(decode(png.body)).toBe(data.payload);
    const raw = await read(`/api/senders/${id}/qr?format=raw`);
    expect(raw.text).toBe(data.payload);
    const svg = await read(`/api/senders/${id}/qr?format=svg`).responseType('blob');
    expect(svg.body.toString()).toContain('<svg');

    installation.network.scan(data.payload);
    await waitFor(async () => (await read(`/api/senders/${id}`)).body.data.status === 'connected');
    const late = await read(`/api/senders/${id}/qr`);
    expect(late.status).toBe(422);
    expect(late.body.message).toMatch(/already connected/u);
    expect((await write(`/api/senders/${id}/logout`)).status).toBe(202);
    await waitFor(async () => (await read(`/api/senders/${id}`)).body.data.status === 'logged_out');
  });
});

function decode(bytes: Buffer): string | undefined {
  const { data, width, height } = PNG.sync.read(bytes);
  return jsqr.default(new Uint8ClampedArray(data), width, height)?.data;
}

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineRoute, ok } from '../../src/api/route.js';
import { createTestApi, type TestApi } from '../api/harness.js';

const clock = {
  offset: 0,
  now: () => new Date(Date.now() + clock.offset),
};
let api: TestApi;
let admin: { authorization: string };

const readContacts = defineRoute({
  method: 'get',
  path: '/api/sample-contacts',
  tag: 'sample',
  summary: 'Needs contacts:read',
  access: 'contacts:read',
  response: { status: 200, description: 'Fine' },
  async handler({ principal }) {
    return ok({ tenantId: principal.tenantId });
  },
});

beforeAll(async () => {
  api = await createTestApi({ clock, routes: [readContacts] });
  admin = { authorization: `Bearer ${await api.token()}` };
});
afterAll(() => api.close());

async function createKey(fields: object = {}, as = admin) {
  const { body } = await api.request
    .post('/api/api-keys')
    .set(as)
    .send({ name: 'script', scopes: ['contacts:read'], ...fields })
    .expect(201);
  return body.data as { id: string; key: string; prefix: string };
}

describe('API keys', () => {
  it('work as bearer token and as X-API-Key, within their scopes', async () => {
    const { key, prefix } = await createKey();
    expect(key.startsWith(prefix)).toBe(true);
    expect(key).toMatch(/^sk_[\w-]{40,}$/);
    await api.request.get('/api/sample-contacts').set('X-API-Key', key).expect(200);
    await api.request.get('/api/sample-contacts').set('authorization', `Bearer ${key}`).expect(200);
    const { body } = await api.request.get('/api/api-keys').set('X-API-Key', key).expect(403);
    expect(body.message).toBe('This API key does not have the scope access:manage.');
  });

  it('are stored as a hash and shown only once', async () => {
    const { id, key } = await createKey();
    const [row] = await api.db.database.manager.query('SELECT * FROM api_keys WHERE id = $1', [id]);
    expect(JSON.stringify(row)).not.toContain(key);
    const { text } = await api.request.get('/api/api-keys').set(admin).expect(200);
    expect(text).not.toContain(key);
    expect(text).toContain(id);
  });

  it('stop working when revoked', async () => {
    const { id, key } = await createKey();
    await api.request.delete(`/api/api-keys/${id}`).set(admin).expect(200);
    const { body } = await api.request.get('/api/sample-contacts').set('X-API-Key', key).expect(401);
    expect(body.message).toBe('The API key is unknown, revoked or expired.');
    await api.request.delete(`/api/api-keys/${id}`).set(admin).expect(200);
  });

  it('stop working when they expire', async () => {
    const { key } = await createKey({ expiresAt: new Date(Date.now() + 60_000).toISOString() });
    await api.request.get('/api/sample-contacts').set('X-API-Key', key).expect(200);
    clock.offset = 61_000;
    await api.request.get('/api/sample-contacts').set('X-API-Key', key).expect(401);
    clock.offset = 0;
  });

  it('stop working with the user who made them', async () => {
    const user = await api.createUser('admin');
    const { key } = await createKey({}, { authorization: `Bearer ${await api.token(user)}` });
    await api.db.database.manager.query('DELETE FROM users WHERE id = $1', [user.id]);
    await api.request.get('/api/sample-contacts').set('X-API-Key', key).expect(401);
  });

  it('take no expiry in the past, nor a date that is none to a computer', async () => {
    for (const expiresAt of ['2020-01-01T00:00:00Z', '2099-W05', '2099-02-31T25:00:00Z', 'soon']) {
      const { body } = await api.request
        .post('/api/api-keys')
        .set('authorization', `Bearer ${await api.token()}`)
        .send({ name: 'k', scopes: ['contacts:read'], expiresAt })
        .expect(400);
      expect(body.errors[0].path).toBe('expiresAt');
    }
  });

  it('never have more scopes than the caller that creates them', async () => {
    const { key } = await createKey({ scopes: ['access:manage'] });
    const { body } = await api.request
      .post('/api/api-keys')
      .set('X-API-Key', key)
      .send({ name: 'more', scopes: ['queues:manage'] })
      .expect(403);
    expect(body.errors).toEqual([{ path: 'scopes', message: expect.stringContaining('queues:manage') }]);
  });

  it('belong to one tenant', async () => {
    const stranger = await api.createUser('admin');
    const { id, key } = await createKey();
    const others = { authorization: `Bearer ${await api.token(stranger)}` };
    const list = await api.request.get('/api/api-keys').set(others).expect(200);
    expect(list.body).toEqual({ success: true, data: [], nextCursor: null });
    await api.request.delete(`/api/api-keys/${id}`).set(others).expect(404);
    await api.request.get('/api/sample-contacts').set('X-API-Key', key).expect(200);
  });

  it('are listed page by page, newest first', async () => {
    const user = await api.createUser('admin');
    const own = { authorization: `Bearer ${await api.token(user)}` };
    const made = [await createKey({}, own), await createKey({}, own), await createKey({}, own)];
    const first = await api.request.get('/api/api-keys?limit=2').set(own).expect(200);
    const rest = await api.request
      .get(`/api/api-keys?limit=2&cursor=${first.body.nextCursor}`)
      .set(own)
      .expect(200);
    const listed = [...first.body.data, ...rest.body.data].map((item: { id: string }) => item.id);
    expect(listed).toEqual(made.map(({ id }) => id).toReversed());
    expect(rest.body.nextCursor).toBeNull();
    await api.request.get('/api/api-keys?cursor=nonsense').set(own).expect(400);
  });

  it('remember their last use to the minute', async () => {
    const { id, key } = await createKey();
    const lastUse = async () => {
      const [row] = await api.db.database.manager.query('SELECT last_used_at FROM api_keys WHERE id = $1', [
        id,
      ]);
      return (row.last_used_at as Date).getTime();
    };
    await api.request.get('/api/me').set('X-API-Key', key).expect(200);
    const first = await lastUse();
    await api.request.get('/api/me').set('X-API-Key', key).expect(200);
    expect(await lastUse()).toBe(first);
    clock.offset = 61_000;
    await api.request.get('/api/me').set('X-API-Key', key).expect(200);
    clock.offset = 0;
    expect(await lastUse()).toBeGreaterThan(first);
  });
});

describe('roles', () => {
  it('decide what a user may do', async () => {
    const viewer = { authorization: `Bearer ${await api.token(await api.createUser('viewer'))}` };
    await api.request.get('/api/sample-contacts').set(viewer).expect(200);
    const { body } = await api.request.get('/api/api-keys').set(viewer).expect(403);
    expect(body.message).toBe('The role viewer does not have the scope access:manage.');
  });
});
